// SPDX-License-Identifier: Apache-2.0
/* wattestd: carries the kernel's records into signed attestations. Judges nothing that it signs. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "lib/command.h"

#include "daemon.h"
#include "log.h"

#define TICK_US (60 * UINT64_C(1000000))

static const char help[] =
	"usage: wattestd [--config FILE] [--foreground] [--debug] [--check-config]\n"
	"\n"
	"Signs what the kernel module wattest measures, window by window, and keeps it.\n"
	"\n"
	"  --config FILE   instead of /etc/wattest/wattest.conf\n"
	"  --foreground    log to stderr even under systemd\n"
	"  --debug         log more\n"
	"  --check-config  read the configuration, say what is wrong with it, and end\n"
	"  --version\n"
	"\n"
	"SIGHUP reads certificate, registration, grants and trust anchors anew; SIGTERM closes and\n"
	"signs a last window first. Exit: 0 asked to stop, 1 could not start or go on, 64 usage,\n"
	"78 configuration. See wattestd(8).\n";

#define EXIT_CONFIG 78 /* sysexits: EX_CONFIG */

struct options {
	const char *config;
	bool foreground, debug, check;
};

/* -1 to go on, else the exit status. */
static int parse(int argc, char **argv, struct options *ret)
{
	enum {
		CONFIG = 256,
		FOREGROUND,
		DEBUG,
		CHECK,
		VERSION
	};
	static const struct option options[] = {
		{ "config", required_argument, NULL, CONFIG },
		{ "foreground", no_argument, NULL, FOREGROUND },
		{ "debug", no_argument, NULL, DEBUG },
		{ "check-config", no_argument, NULL, CHECK },
		{ "version", no_argument, NULL, VERSION },
		{ "help", no_argument, NULL, 'h' },
		{},
	};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (c) {
		case CONFIG:
			ret->config = optarg;
			break;
		case FOREGROUND:
			ret->foreground = true;
			break;
		case DEBUG:
			ret->debug = true;
			break;
		case CHECK:
			ret->check = true;
			break;
		case VERSION:
			printf("wattestd %s\n", WATTEST_VERSION);
			return EXIT_SUCCESS;
		case 'h':
			fputs(help, stdout);
			return EXIT_SUCCESS;
		default:
			return wt_option_error("wattestd", c, argv);
		}
	}
	if (optind < argc)
		return wt_usage_error("wattestd", "takes no argument \"%s\"", argv[optind]);
	return -1;
}

static int on_appraise(sd_event_source *source, void *user)
{
	struct daemon *d = user;
	bool more = appraiser_step(d->appraiser) > 0;

	sd_event_source_set_enabled(source, more ? SD_EVENT_ON : SD_EVENT_OFF);
	if (!more) {
		events_look(d);
		keep_look(d);
	}
	return 0;
}

void daemon_wake_appraiser(struct daemon *d)
{
	sd_event_source_set_enabled(d->appraise, SD_EVENT_ON);
}

/* What no event tells: a probe that could not be loaded may load now, and a step missed for any reason is found. */
static int on_tick(sd_event_source *source, uint64_t usec, void *user)
{
	struct daemon *d = user;
	struct wt_err err;

	(void)usec;
	module_load_probes(d);
	drop_watch(d);
	if (!d->retry) /* a failed cycle has its own time */
		cycle_run(d, &err);
	events_look(d);
	keep_look(d);
	sd_event_source_set_time_relative(source, TICK_US);
	sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
	return 0;
}

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *user)
{
	struct daemon *d = user;
	struct wt_store_row row;
	struct wt_err err = {};

	(void)source;
	sd_notify(0, "STOPPING=1");
	log_say(LOG_INFO, "%s: stopping%s", strsignal((int)info->ssi_signo),
		d->nl ? " after a last window" : "");
	/* So that little is left unattested if the module goes too. */
	if (d->nl && cycle_attest(d, (struct wt_span){}, &row, &err) < 0)
		log_say(LOG_WARNING, "the last window stays with the kernel: %s", err.msg);
	return sd_event_exit(d->event, EXIT_SUCCESS);
}

static int on_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *user)
{
	struct daemon *d = user;
	struct wt_err err;

	(void)source;
	(void)info;
	sd_notify(0, "RELOADING=1");
	rig_reload(&d->rig, &d->config);
	appraiser_restart(d->appraiser);
	daemon_wake_appraiser(d);
	module_mark_sources(d);
	module_load_probes(d);
	cycle_run(d, &err); /* what waited for a certificate */
	sd_notify(0, "READY=1");
	return 0;
}

static int watch(struct daemon *d, struct wt_err *err)
{
	sigset_t set;
	int r;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD); /* as sd_event_add_child wants it */
	sigprocmask(SIG_BLOCK, &set, NULL);
	r = sd_event_default(&d->event);
	if (r >= 0)
		r = sd_event_add_signal(d->event, NULL, SIGTERM, on_stop, d);
	if (r >= 0)
		r = sd_event_add_signal(d->event, NULL, SIGINT, on_stop, d);
	if (r >= 0)
		r = sd_event_add_signal(d->event, NULL, SIGHUP, on_reload, d);
	if (r >= 0)
		r = sd_event_add_time_relative(d->event, NULL, CLOCK_MONOTONIC, TICK_US,
					       TICK_US / 8, on_tick, d);
	if (r >= 0)
		r = sd_event_add_defer(d->event, &d->appraise, on_appraise, d);
	if (r >= 0)
		r = sd_event_source_set_priority(d->appraise, SD_EVENT_PRIORITY_IDLE);
	if (r >= 0)
		r = sd_event_set_watchdog(d->event, true);
	return r < 0 ? wt_fail(err, -r, "cannot set up the event loop: %s", strerror(-r)) : 0;
}

static int start(struct daemon *d, struct wt_err *err)
{
	int r = rig_open(&d->rig, &d->config, err);

	if (r == 0)
		r = wt_store_open(d->config.state, true, &d->store, err);
	if (r == 0)
		r = wt_store_bind(d->store, d->rig.ueid, err);
	if (r == 0)
		r = wt_store_last(d->store, &d->last, err);
	if (r < 0)
		return r;
	r = watch(d, err);
	if (r == 0)
		r = events_start(d, err);
	if (r < 0)
		return r;
	rig_reload(&d->rig, &d->config);
	r = appraiser_new(&d->config, &d->rig, d->store, &d->appraiser, err);
	if (r == 0)
		r = server_start(d, err);
	if (r == 0) {
		drop_watch(d);
		r = module_start(d, err);
	}
	return r;
}

static void stop(struct daemon *d)
{
	module_stop(d);
	events_stop(d);
	sd_event_source_unref(d->retry);
	sd_event_source_unref(d->leaving);
	sd_event_source_unref(d->drop);
	sd_event_source_unref(d->drop_timer);
	sd_event_source_unref(d->appraise);
	sd_event_unref(d->event);
	appraiser_free(d->appraiser);
	wt_ima_close(&d->ima);
	wt_store_free(d->store);
	rig_close(&d->rig);
}

int main(int argc, char **argv)
{
	struct options options = {};
	struct daemon d = {};
	struct wt_err err = {};
	int r = parse(argc, argv, &options);

	if (r >= 0)
		return r;
	log_open(options.foreground || options.check, options.debug);
	if (wt_config_load(options.config, &d.config, &err) < 0) {
		log_say(LOG_ERR, "%s", err.msg);
		return EXIT_CONFIG;
	}
	if (options.check)
		return EXIT_SUCCESS;
	umask(077);
	r = start(&d, &err);
	if (r == 0) {
		log_say(LOG_INFO, "wattestd %s ready: %llu attestations so far", WATTEST_VERSION,
			(unsigned long long)d.last.seq);
		sd_notify(0, "READY=1");
		r = sd_event_loop(d.event);
	} else {
		log_say(LOG_ERR, "%s", err.msg);
		r = EXIT_FAILURE;
	}
	stop(&d);
	return r < 0 ? EXIT_FAILURE : r;
}
