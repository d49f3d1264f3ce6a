// SPDX-License-Identifier: Apache-2.0
/*
 * A reference platform for tests: sells over HTTPS what is PUT to /purchases/TRANSACTION, and shows to GET what it sold,
 * with the energy platform of a wattest-authority folder. On the loopback interface only; fails as it is told to.
 *
 *   platform --authority PROGRAM --dir AUTHDIR --rig REGISTRATION --cert FILE --key FILE --sold DIR
 *            --port-file FILE --log FILE
 *            [--unavailable N] [--refuse] [--slow SECONDS] [--lose N] [--other] [--token TOKEN]
 *
 * --unavailable: the first N requests get 503; --lose: of the first N the grant is sold, and the answer lost;
 * --other: sells half of what was asked. The port it got goes into a file, a line for each request into the log.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <json-c/json.h>
#include <microhttpd.h>

#include "lib/base64.h"
#include "lib/file.h"

static struct {
	const char *authority, *dir, *rig, *cert, *key, *sold, *port_file, *log, *token;
	unsigned int unavailable, lose, slow;
	bool refuse, other;
} set;

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned int status,
			      struct json_object *o)
{
	const char *text = json_object_to_json_string(o);
	struct MHD_Response *response = MHD_create_response_from_buffer(
		strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result r = MHD_queue_response(connection, status, response);
	FILE *log = fopen(set.log, "a");

	fprintf(log, "%u\n", status);
	fclose(log);
	MHD_destroy_response(response);
	json_object_put(o);
	return r;
}

static enum MHD_Result fail(struct MHD_Connection *connection, unsigned int status, const char *why)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "error", json_object_new_string(why));
	return answer(connection, status, o);
}

/* `wattest-authority grant` gives the same grant again for the same transaction, and refuses another under its id. */
static bool sell(struct json_object *asked, const char *file, const char *transaction,
		 struct wt_buf *cose)
{
	struct json_object *from, *until, *wh;
	char a[32], b[32], c[32];
	int status;
	pid_t pid;

	if (!json_object_object_get_ex(asked, "not_before_s", &from) ||
	    !json_object_object_get_ex(asked, "not_after_s", &until) ||
	    !json_object_object_get_ex(asked, "wh", &wh))
		return false;
	snprintf(a, sizeof(a), "@%lld", (long long)json_object_get_int64(from));
	snprintf(b, sizeof(b), "@%lld", (long long)json_object_get_int64(until));
	snprintf(c, sizeof(c), "%lld",
		 (long long)json_object_get_int64(wh) / (set.other ? 2 : 1));
	pid = fork();
	if (pid == 0) {
		execl(set.authority, set.authority, "grant", set.dir, "--rig", set.rig, "--wh", c,
		      "--from", a, "--until", b, "--transaction", transaction, "--metering-point",
		      "MP-7", "--force", "-o", file, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
	       wt_file_read(file, 1 << 20, cose, NULL) == 0;
}

static enum MHD_Result give(struct MHD_Connection *connection, unsigned int status,
			    const struct wt_buf *cose)
{
	struct json_object *o = json_object_new_object();
	struct wt_buf coded = {0};

	wt_base64_put(&coded, wt_buf_span(cose));
	json_object_object_add(o, "grant",
			       json_object_new_string_len((char *)coded.p, (int)coded.n));
	wt_buf_free(&coded);
	return answer(connection, status, o);
}

static enum MHD_Result purchase(struct MHD_Connection *connection, const char *transaction,
				const struct wt_buf *body, bool put)
{
	struct wt_buf cose = {0};
	struct json_object *asked;
	char file[4096];
	const char *shown = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization");
	enum MHD_Result r;
	bool sold;

	if (set.token && (!shown || strncmp(shown, "Bearer ", 7) || strcmp(shown + 7, set.token)))
		return fail(connection, 401, "no good token");
	snprintf(file, sizeof(file), "%s/%s.cose", set.sold, transaction);
	if (!put) {
		if (wt_file_read(file, 1 << 20, &cose, NULL) < 0)
			return fail(connection, 404, "never sold");
		r = give(connection, 200, &cose);
		wt_buf_free(&cose);
		return r;
	}
	sleep(set.slow);
	if (set.unavailable && set.unavailable--)
		return fail(connection, 503, "try later");
	if (set.refuse)
		return fail(connection, 402, "no money on account 7");
	asked = json_tokener_parse((const char *)body->p);
	sold = sell(asked, file, transaction, &cose);
	json_object_put(asked);
	if (!sold)
		return fail(connection, 409, "not sold");
	if (set.lose && set.lose--) {
		wt_buf_free(&cose);
		return fail(connection, 500, "the answer was lost");
	}
	r = give(connection, 201, &cose);
	wt_buf_free(&cose);
	return r;
}

static enum MHD_Result on_request(void *user, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *data,
				  size_t *size, void **state)
{
	static const char prefix[] = "/purchases/";
	struct wt_buf *body = *state;

	(void)user;
	(void)version;
	if (!body) {
		*state = calloc(1, sizeof(*body));
		return *state ? MHD_YES : MHD_NO;
	}
	if (*size) {
		wt_buf_append(body, data, *size);
		*size = 0;
		return MHD_YES;
	}
	wt_buf_append(body, "", 1);
	if ((strcmp(method, "PUT") && strcmp(method, "GET")) ||
	    strncmp(url, prefix, strlen(prefix)))
		return fail(connection, 404, "nothing here");
	return purchase(connection, url + strlen(prefix), body, !strcmp(method, "PUT"));
}

static void on_done(void *user, struct MHD_Connection *connection, void **state,
		    enum MHD_RequestTerminationCode code)
{
	(void)user;
	(void)connection;
	(void)code;
	if (*state) {
		wt_buf_free(*state);
		free(*state);
	}
}

static char *load(const char *path)
{
	struct wt_buf b = {0};

	if (wt_file_read(path, 1 << 16, &b, NULL) < 0)
		exit(1);
	wt_buf_append(&b, "", 1);
	return (char *)b.p;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"authority", required_argument, NULL, 'a'},
		{"dir", required_argument, NULL, 'd'},
		{"rig", required_argument, NULL, 'r'},
		{"cert", required_argument, NULL, 'c'},
		{"key", required_argument, NULL, 'k'},
		{"sold", required_argument, NULL, 'S'},
		{"port-file", required_argument, NULL, 'p'},
		{"log", required_argument, NULL, 'l'},
		{"token", required_argument, NULL, 't'},
		{"unavailable", required_argument, NULL, 'u'},
		{"lose", required_argument, NULL, 'L'},
		{"slow", required_argument, NULL, 's'},
		{"refuse", no_argument, NULL, 'R'},
		{"other", no_argument, NULL, 'o'},
		{0},
	};
	struct sockaddr_in loopback = {.sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct MHD_Daemon *daemon;
	char *cert, *key;
	FILE *port;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		const char **text = c == 'a'   ? &set.authority
				    : c == 'd' ? &set.dir
				    : c == 'r' ? &set.rig
				    : c == 'c' ? &set.cert
				    : c == 'k' ? &set.key
				    : c == 'S' ? &set.sold
				    : c == 'p' ? &set.port_file
				    : c == 'l' ? &set.log
				    : c == 't' ? &set.token
					       : NULL;
		unsigned int *n = c == 'u'   ? &set.unavailable
				  : c == 'L' ? &set.lose
				  : c == 's' ? &set.slow
					     : NULL;

		if (text)
			*text = optarg;
		else if (n)
			*n = (unsigned int)strtoul(optarg, NULL, 10);
		else if (c == 'R')
			set.refuse = true;
		else if (c == 'o')
			set.other = true;
		else
			return 64;
	}
	if (!set.authority || !set.dir || !set.rig || !set.cert || !set.key || !set.sold || !set.port_file ||
	    !set.log)
		return 64;
	cert = load(set.cert);
	key = load(set.key);
	daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_TLS, 0, NULL, NULL,
				  on_request, NULL, MHD_OPTION_SOCK_ADDR,
				  (struct sockaddr *)&loopback, MHD_OPTION_HTTPS_MEM_CERT, cert,
				  MHD_OPTION_HTTPS_MEM_KEY, key, MHD_OPTION_NOTIFY_COMPLETED,
				  on_done, NULL, MHD_OPTION_END);
	if (!daemon) {
		fputs("platform: cannot listen\n", stderr);
		return 1;
	}
	port = fopen(set.port_file, "w");
	fprintf(port, "%u\n",
		(unsigned int)MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
	fclose(port);
	pause();
	return 0;
}
