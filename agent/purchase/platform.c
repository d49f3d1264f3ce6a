// SPDX-License-Identifier: Apache-2.0
#include "platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>

#include "lib/crypto/crypto.h"

#include "answer.h"

#define ANSWER_MAX (1024 * 1024)
#define BACKOFF_MAX_MS 30000
#define PAUSE_MAX_S 60 /* that a Retry-After is heeded for */

struct platform {
	struct platform_options options;
	CURL *curl;
	struct curl_slist *headers;
	char error[CURL_ERROR_SIZE];
};

int platform_open(const struct platform_options *options, struct platform **ret, struct wt_err *err)
{
	struct platform *p = calloc(1, sizeof(*p));
	char *line = NULL;

	if (!p || curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
		free(p);
		return wt_fail(err, ENOMEM, "out of memory");
	}
	p->options = *options;
	p->curl = curl_easy_init();
	p->headers = curl_slist_append(NULL, "Content-Type: application/json");
	if (options->token && asprintf(&line, "Authorization: Bearer %s", options->token) >= 0) {
		p->headers = curl_slist_append(p->headers, line);
		free(line);
	}
	if (!p->curl || !p->headers) {
		platform_close(p);
		return wt_fail(err, ENOMEM, "out of memory");
	}
	*ret = p;
	return 0;
}

void platform_close(struct platform *p)
{
	curl_slist_free_all(p->headers);
	curl_easy_cleanup(p->curl);
	curl_global_cleanup();
	free(p);
}

static size_t on_data(char *data, size_t size, size_t n, void *user)
{
	struct wt_buf *answer = user;

	if (answer->n + size * n > ANSWER_MAX)
		return 0; /* ends the transfer */
	wt_buf_append(answer, data, size * n);
	return answer->err ? 0 : size * n;
}

/* PUTs the body, or GETs without one. */
static CURLcode send_once(struct platform *p, const char *url, struct wt_span body,
			  struct wt_buf *answer)
{
	CURL *c = p->curl;

	curl_easy_reset(c);
	p->error[0] = '\0';
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, p->error);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https"); /* money is not sent in the clear */
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)p->options.timeout_s);
	if (p->options.ca) { /* and no others */
		curl_easy_setopt(c, CURLOPT_CAINFO, p->options.ca);
		curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
	}
	if (body.p) {
		curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, "PUT");
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, body.p);
	}
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, p->headers);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, answer);
	return curl_easy_perform(c);
}

/* Twice as long before each try, with up to half of it more, so that many rigs do not come at once. */
static void back_off(const struct platform *p, unsigned int failures)
{
	curl_off_t after_s = 0;
	uint64_t ms = p->options.backoff_ms, some;
	struct timespec ts;

	while (--failures && ms < BACKOFF_MAX_MS)
		ms *= 2;
	ms = ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS;
	if (wt_random(&some, sizeof(some)) == 0)
		ms += some % (ms / 2 + 1);
	curl_easy_getinfo(p->curl, CURLINFO_RETRY_AFTER, &after_s);
	if (after_s > 0 && after_s <= PAUSE_MAX_S && (uint64_t)after_s * 1000 > ms)
		ms = (uint64_t)after_s * 1000;
	ts = (struct timespec){ .tv_sec = (time_t)(ms / 1000),
				.tv_nsec = (long)(ms % 1000) * 1000000 };
	nanosleep(&ts, NULL);
}

static int refused(long status, const struct wt_buf *answer, struct wt_err *err)
{
	char why[ANSWER_WHY_LEN];

	answer_why(wt_buf_span(answer), why);
	if (status == 402)
		return wt_fail(err, EPERM, "payment refused%s", why);
	return wt_fail(err, EPERM, "refused (%ld)%s", status, why);
}

/* Is it the kind of failure that may be gone the next time? */
static int again(CURLcode code, long status, const struct platform *p, struct wt_err *err)
{
	if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE)
		return wt_fail(err, EKEYREJECTED, "not the platform's certificate: %s",
			       p->error[0] ? p->error : curl_easy_strerror(code));
	if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
		return wt_fail(err, EINVAL, "%s: must be https://...", p->options.url);
	if (code == CURLE_OUT_OF_MEMORY)
		return wt_fail(err, ENOMEM, "out of memory");
	if (code != CURLE_OK)
		return wt_fail(err, EAGAIN, "%s",
			       p->error[0] ? p->error : curl_easy_strerror(code));
	return wt_fail(err, EAGAIN, "the platform says %ld", status);
}

/* With a body PUT, without GET; ret_status is of the last try. */
static int attempt(struct platform *p, const char *url, struct wt_span body, struct wt_buf *answer,
		   long *ret_status, struct wt_err *err)
{
	int r = -EAGAIN;

	for (unsigned int i = 0; i < p->options.tries && r == -EAGAIN; i++) {
		long status = 0;
		CURLcode code;

		if (i > 0)
			back_off(p, i);
		wt_buf_reset(answer);
		code = send_once(p, url, body, answer);
		curl_easy_getinfo(p->curl, CURLINFO_RESPONSE_CODE, &status);
		*ret_status = status;
		if (code == CURLE_OK && status / 100 == 2)
			r = 0;
		else if (code == CURLE_OK && status / 100 == 4 && status != 408 && status != 429)
			r = refused(status, answer, err);
		else
			r = again(code, status, p, err);
	}
	if (r == -EAGAIN)
		wt_fail_in(err, r, "not in %u tries", p->options.tries);
	return r;
}

int platform_put(struct platform *p, const char *transaction, struct wt_span body,
		 struct wt_buf *ret_answer, struct wt_err *err)
{
	char *name = curl_easy_escape(p->curl, transaction, 0), *url = NULL;
	long status;
	int r;

	if (!name || asprintf(&url, "%s/purchases/%s", p->options.url, name) < 0) {
		curl_free(name);
		return wt_fail(err, ENOMEM, "out of memory");
	}
	curl_free(name);
	r = attempt(p, url, body, ret_answer, &status, err);
	if (r == -EPERM && status == 409 &&
	    attempt(p, url, (struct wt_span){}, ret_answer, &status, NULL) == 0)
		r = 0;
	free(url);
	return r;
}
