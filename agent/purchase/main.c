// SPDX-License-Identifier: Apache-2.0
/*
 * wattest-buy: the reference purchase adapter. Reads what `wattest energy buy` asks, buys it from a platform over
 * HTTPS, one transaction after the other, and answers with the grants.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/command.h"
#include "lib/file.h"
#include "lib/json.h"

#include "answer.h"
#include "platform.h"

#define NAME "wattest-buy"
#define QUESTION_MAX (16 * 1024 * 1024)

static const char help[] =
	"usage: " NAME
	" --url URL [--ca FILE] [--token-file FILE] [--tries N] [--timeout S] [--backoff-ms N]\n"
	"\n"
	"Buys energy from a platform over HTTPS, for `wattest energy buy`: JSON in, JSON out. Not meant to be typed;\n"
	"the contract with both is in wattest-buy(8).\n"
	"\n"
	"  --url URL          https://..., below which purchases/TRANSACTION is PUT\n"
	"  --ca FILE          trust these certificates (PEM) and not the system's\n"
	"  --token-file FILE  a token to show, for nobody else to read\n"
	"  --tries N          of one purchase (5)\n"
	"  --timeout S        of one try (10)\n"
	"  --backoff-ms N     before the second try; twice as long before each one more (500)\n"
	"  --version\n"
	"\n"
	"Exit status: 0 it answered, be it with what was refused; 1 it could not; 64 usage.\n";

enum {
	URL = 1,
	CA,
	TOKEN,
	TRIES,
	TIMEOUT,
	BACKOFF,
	VERSION
};

static int could_not(const struct wt_err *err)
{
	fprintf(stderr, NAME ": %s\n", err->msg);
	return EXIT_FAILURE;
}

static bool number(const char *text, unsigned int max, unsigned int *ret)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(text, &end, 10);
	*ret = (unsigned int)v;
	return text[0] >= '0' && text[0] <= '9' && !*end && !errno && v >= 1 && v <= max;
}

static int load_token(const char *path, struct wt_buf *ret, struct wt_err *err)
{
	int r = wt_file_read(path, 4096, ret, err);

	if (r < 0)
		return r;
	while (ret->n && strchr(" \t\r\n", ret->p[ret->n - 1]))
		ret->n--;
	wt_buf_append(ret, "", 1);
	if (ret->err)
		return wt_fail(err, ENOMEM, "out of memory");
	if (ret->n == 1 || !wt_text_plain(wt_span(ret->p, ret->n - 1)))
		return wt_fail(err, EINVAL, "%s: must be one line of text", path);
	return 0;
}

static void hand_on(struct json_object *o, const char *key, struct json_object *value)
{
	if (value)
		wt_json_add(o, key, json_object_get(value));
	else
		wt_json_null(o, key);
}

/* The purchase as the platform gets it: with whose it is. */
static struct json_object *with_rig(struct json_object *question, struct json_object *purchase)
{
	static const char *const whose[] = { "rig", "ueid", "licence", "site", "zone" };
	struct json_object *o = json_object_new_object(), *v;

	json_object_object_foreach(purchase, key, value) hand_on(o, key, value);
	for (size_t i = 0; i < sizeof(whose) / sizeof(whose[0]); i++)
		if (json_object_object_get_ex(question, whose[i], &v))
			hand_on(o, whose[i], v);
	return o;
}

static struct json_object *buy(struct platform *platform, struct json_object *question,
			       struct json_object *purchase, const char *transaction)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf answer = {};
	struct json_object *asked = with_rig(question, purchase), *o = json_object_new_object(),
			   *grant;
	struct wt_err err = {};
	const char *body;
	int r = wt_json_text(asked, JSON_C_TO_STRING_NOSLASHESCAPE, &body, &err);

	if (r == 0)
		r = platform_put(platform, transaction, wt_span(body, strlen(body)), &answer, &err);

	json_object_put(asked);
	wt_json_add(o, "transaction", json_object_new_string(transaction));
	grant = r == 0 ? answer_grant(wt_buf_span(&answer)) : NULL;
	if (grant)
		wt_json_add(o, "grant", grant);
	else
		wt_json_add(o, "error",
			    json_object_new_string(r < 0 ? err.msg
							 : "the platform's answer holds no grant"));
	return o;
}

static int answer_all(struct platform *platform, struct json_object *question, struct wt_err *err)
{
	struct json_object *list, *out, *answers, *t;

	if (!json_object_is_type(question, json_type_object) ||
	    !json_object_object_get_ex(question, "purchases", &list) ||
	    !json_object_is_type(list, json_type_array))
		return wt_fail(err, EINVAL, "stdin is not {\"purchases\": [...]}");
	out = json_object_new_object();
	answers = json_object_new_array();
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *purchase = json_object_array_get_idx(list, i);

		if (json_object_is_type(purchase, json_type_object) &&
		    json_object_object_get_ex(purchase, "transaction", &t) &&
		    json_object_is_type(t, json_type_string))
			wt_json_append(answers, buy(platform, question, purchase,
						    json_object_get_string(t)));
	}
	wt_json_add(out, "purchases", answers);
	if (wt_json_print(out, JSON_C_TO_STRING_NOSLASHESCAPE, err) < 0)
		return -ENOMEM;
	return fflush(stdout) == 0 ? 0 : wt_fail(err, errno, "stdout: %s", strerror(errno));
}

static int run(const struct platform_options *options)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf in = {};
	struct json_tokener *tok = json_tokener_new();
	struct json_object *question = NULL;
	struct platform *platform = NULL;
	struct wt_err err = {};
	int r = tok ? wt_file_read("-", QUESTION_MAX, &in, &err)
		    : wt_fail(&err, ENOMEM, "out of memory");

	if (r == 0 && in.n)
		question = json_tokener_parse_ex(tok, (const char *)in.p, (int)in.n);
	if (r == 0)
		r = platform_open(options, &platform, &err);
	if (r == 0) {
		r = answer_all(platform, question, &err);
		platform_close(platform);
	}
	json_object_put(question);
	if (tok)
		json_tokener_free(tok);
	return r < 0 ? could_not(&err) : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "url", required_argument, NULL, URL },
		{ "ca", required_argument, NULL, CA },
		{ "token-file", required_argument, NULL, TOKEN },
		{ "tries", required_argument, NULL, TRIES },
		{ "timeout", required_argument, NULL, TIMEOUT },
		{ "backoff-ms", required_argument, NULL, BACKOFF },
		{ "version", no_argument, NULL, VERSION },
		{ "help", no_argument, NULL, 'h' },
		{},
	};
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf token = {};
	struct platform_options p = { .tries = 5, .timeout_s = 10, .backoff_ms = 500 };
	struct wt_err err = {};
	bool good = true;
	int c;

	opterr = 0;
	while (good && (c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (c) {
		case URL:
			p.url = optarg;
			break;
		case CA:
			p.ca = optarg;
			break;
		case TOKEN:
			if (load_token(optarg, &token, &err) < 0)
				return could_not(&err);
			p.token = (const char *)token.p;
			break;
		case TRIES:
			good = number(optarg, 100, &p.tries);
			break;
		case TIMEOUT:
			good = number(optarg, 600, &p.timeout_s);
			break;
		case BACKOFF:
			good = number(optarg, 30000, &p.backoff_ms);
			break;
		case VERSION:
			puts(NAME " " WATTEST_VERSION);
			return EXIT_SUCCESS;
		case 'h':
			fputs(help, stdout);
			return EXIT_SUCCESS;
		default:
			return wt_option_error(NAME, c, argv);
		}
	}
	if (!good)
		return wt_usage_error(NAME, "%s: must be a number in reason", optarg);
	if (optind < argc)
		return wt_usage_error(NAME, "takes no argument \"%s\"", argv[optind]);
	if (!p.url || strncmp(p.url, "https://", 8))
		return wt_usage_error(NAME, "--url https://... is needed");
	return run(&p);
}
