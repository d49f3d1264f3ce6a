// SPDX-License-Identifier: Apache-2.0
/* The control socket: one request a connection, answered from the event loop. */
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/control.h"

#include "daemon.h"
#include "log.h"

#define CLIENTS_MAX 16
#define IDLE_US (10 * UINT64_C(1000000)) /* a client that asks nothing is let go */

struct server {
	struct daemon *d;
	unsigned int clients;
};

struct client {
	struct server *server;
	sd_event_source *io, *idle;
	int fd;
};

static void close_client(struct client *client)
{
	client->server->clients--;
	sd_event_source_disable_unref(client->io);
	sd_event_source_disable_unref(client->idle);
	close(client->fd);
	free(client);
}

static int attest(struct daemon *d, const struct wt_control_request *request, struct wt_buf *body,
		  struct wt_err *err)
{
	struct wt_span nonce = request->nonce_len ? wt_span(request->nonce, request->nonce_len)
						  : (struct wt_span){};
	struct wt_store_row row;
	int r = cycle_attest(d, nonce, &row, err);

	return r == 0 ? wt_store_get(d->store, row.seq, body, err) : r;
}

static int unloaded(struct daemon *d, struct wt_buf *body, struct wt_err *err)
{
	struct wt_store_row row;
	int r = unload_end(d, &row, err);

	return r == 0 ? wt_store_get(d->store, row.seq, body, err) : r;
}

static void status(struct daemon *d, struct wt_buf *body)
{
	struct wt_control_status status = { .pid = (uint64_t)getpid(), .version = WATTEST_VERSION };

	if (!d->nl)
		strcpy(status.unobserved, "module wattest is not loaded");
	else if (!d->probes)
		memcpy(status.unobserved, d->unobserved, sizeof(d->unobserved));
	memcpy(status.problem, d->problem, sizeof(status.problem));
	probes_describe(d->probes, &status);
	integrity_describe(d->integrity, &status);
	wt_control_put_status(body, &status);
}

/* To let go of the module is to be blind: a group that may ask for attestations may not ask for that. */
static int check_root(int fd, struct wt_err *err)
{
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t n = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) < 0 ||
	    (peer.uid != 0 && peer.uid != geteuid()))
		return wt_fail(err, EPERM, "to unload the module needs root");
	return 0;
}

static void answer(struct daemon *d, int fd)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf body = {};
	struct wt_control_request request;
	struct wt_span nothing = {};
	struct wt_err err = {};
	int r = wt_control_recv_request(fd, &request, &err);

	if (r == -ECONNRESET)
		return;
	if (r == 0 && (request.op == WT_CONTROL_UNLOAD || request.op == WT_CONTROL_UNLOADED))
		r = check_root(fd, &err);
	if (r == 0 && request.op == WT_CONTROL_ATTEST)
		r = attest(d, &request, &body, &err);
	else if (r == 0 && request.op == WT_CONTROL_STATUS)
		status(d, &body);
	else if (r == 0 && request.op == WT_CONTROL_DELIVERED)
		r = wt_store_deliver(d->store, request.seq, &err);
	else if (r == 0 && request.op == WT_CONTROL_UNLOAD)
		r = unload_begin(d, &err);
	else if (r == 0 && request.op == WT_CONTROL_UNLOADED)
		r = unloaded(d, &body, &err);
	else if (r == 0)
		events_purchase_failed(d, request.hour, request.reason);
	if (r == 0 && body.err)
		r = wt_fail(&err, ENOMEM, "out of memory");
	if (wt_control_send_reply(fd, r, r < 0 ? err.msg : NULL,
				  r < 0 ? nothing : wt_buf_span(&body), &err) < 0)
		log_say(LOG_DEBUG, "a client went without its answer: %s", err.msg);
}

static int on_request(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	struct client *client = user;

	(void)source;
	(void)revents;
	answer(client->server->d, fd);
	close_client(client);
	return 0;
}

static int on_idle(sd_event_source *source, uint64_t usec, void *user)
{
	(void)source;
	(void)usec;
	close_client(user);
	return 0;
}

static int on_connect(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	struct server *server = user;
	sd_event *event = server->d->event;
	struct client *client;
	/* cppcheck-suppress nullPointer ; accept4(2): "When addr is NULL, nothing is filled in" */
	int conn = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

	(void)source;
	(void)revents;
	if (conn < 0)
		return 0;
	client = server->clients < CLIENTS_MAX ? calloc(1, sizeof(*client)) : NULL;
	if (!client) {
		close(conn);
		return 0;
	}
	*client = (struct client){ .server = server, .fd = conn };
	server->clients++;
	if (sd_event_add_io(event, &client->io, conn, EPOLLIN, on_request, client) < 0 ||
	    sd_event_add_time_relative(event, &client->idle, CLOCK_MONOTONIC, IDLE_US, 0, on_idle,
				       client) < 0)
		close_client(client);
	return 0;
}

static void free_server(void *server)
{
	free(server);
}

int server_start(struct daemon *d, struct wt_err *err)
{
	struct server *server = calloc(1, sizeof(*server));
	sd_event_source *source = NULL;
	int fd, r;

	if (!server)
		return wt_fail(err, ENOMEM, "out of memory");
	server->d = d;
	r = wt_control_listen(d->config.run, &fd, err);
	if (r < 0) {
		free(server);
		return r;
	}
	r = sd_event_add_io(d->event, &source, fd, EPOLLIN, on_connect, server);
	if (r < 0) {
		close(fd);
		free(server);
		return wt_fail(err, -r, "cannot watch the control socket: %s", strerror(-r));
	}
	/* The event loop owns all three now. */
	sd_event_source_set_io_fd_own(source, true);
	sd_event_source_set_destroy_callback(source, free_server);
	sd_event_source_set_floating(source, true);
	sd_event_source_unref(source);
	return 0;
}
