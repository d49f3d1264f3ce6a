// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hooks.h"
#include "log.h"

#define WAITING_MAX 64 /* of one event */
#define US_PER_S UINT64_C(1000000)

/* One occurrence of an event: the programs' environment. */
struct occurrence {
	char **env; /* NULL-terminated; owned, as its texts are */
	struct occurrence *next;
};

struct runner { /* of one event */
	struct hooks *hooks;
	enum wt_event event;
	struct occurrence *first; /* under way while pid is set, then those that wait */
	size_t waiting;
	struct dirent **names; /* of the occurrence under way */
	int n_names, at;
	pid_t pid; /* 0: none runs */
	bool overdue;
	sd_event_source *child, *limit;
};

struct hooks {
	const struct wt_config *config;
	sd_event *event;
	struct runner runners[WT_EVENTS];
};

static void run_next(struct runner *runner);

static void free_occurrence(struct occurrence *o)
{
	for (char **v = o->env; v && *v; v++)
		free(*v);
	free(o->env);
	free(o);
}

static struct occurrence *make_occurrence(enum wt_event event, const char *const *values, size_t n)
{
	struct occurrence *o = calloc(1, sizeof(*o));

	if (o)
		o->env = calloc(n + 3, sizeof(*o->env));
	if (!o || !o->env)
		goto no_memory;
	o->env[0] = strdup("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	if (!o->env[0] || asprintf(&o->env[1], "WATTEST_EVENT=%s", wt_event_name(event)) < 0)
		goto no_memory;
	for (size_t i = 0; i < n; i++) {
		o->env[2 + i] = strdup(values[i]);
		if (!o->env[2 + i])
			goto no_memory;
	}
	return o;
no_memory:
	if (o)
		free_occurrence(o);
	return NULL;
}

/* As run-parts(8) has it: no hidden files, no editor's leavings. */
static int is_program(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && !strpbrk(entry->d_name, "~#");
}

static int spawn(const struct runner *runner, const char *path, pid_t *ret)
{
	const char *const argv[] = { path, wt_event_name(runner->event), NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int r;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
						POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setpgroup(&attr, 0); /* its children are killed with it */
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
	posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): POSIX's prototype has lost a const */
	r = posix_spawn(ret, path, &actions, &attr, (char *const *)(uintptr_t)argv,
			runner->first->env);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return -r;
}

static void stop_watching(struct runner *runner)
{
	runner->child = sd_event_source_disable_unref(runner->child);
	runner->limit = sd_event_source_disable_unref(runner->limit);
}

static int on_exit_of(sd_event_source *source, const siginfo_t *info, void *user)
{
	struct runner *runner = user;
	const char *name = runner->names[runner->at]->d_name;

	(void)source;
	kill(-runner->pid, SIGKILL); /* what it left behind */
	if (runner->overdue)
		log_say(LOG_WARNING, "hook %s, %s: killed after %u s", name,
			wt_event_name(runner->event), runner->hooks->config->hook_timeout_s);
	else if (info->si_code != CLD_EXITED)
		log_say(LOG_WARNING, "hook %s, %s: killed by %s", name,
			wt_event_name(runner->event), strsignal(info->si_status));
	else if (info->si_status)
		log_say(LOG_WARNING, "hook %s, %s: exit status %d", name,
			wt_event_name(runner->event), info->si_status);
	stop_watching(runner);
	runner->pid = 0;
	runner->at++;
	run_next(runner);
	return 0;
}

static int on_limit(sd_event_source *source, uint64_t usec, void *user)
{
	struct runner *runner = user;

	(void)source;
	(void)usec;
	runner->overdue = true;
	kill(-runner->pid, SIGKILL);
	return 0;
}

static int start(struct runner *runner)
{
	const struct wt_config *config = runner->hooks->config;
	sd_event *event = runner->hooks->event;
	char path[WT_PATH_MAX + 257];
	struct stat st;
	int r;

	snprintf(path, sizeof(path), "%s/%s", config->hooks, runner->names[runner->at]->d_name);
	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode) || !(st.st_mode & 0111))
		return -ENOEXEC;
	runner->overdue = false;
	r = spawn(runner, path, &runner->pid);
	if (r < 0) {
		log_say(LOG_WARNING, "hook %s: cannot be run: %s", path, strerror(-r));
		return r;
	}
	r = sd_event_add_child(event, &runner->child, runner->pid, WEXITED, on_exit_of, runner);
	if (r >= 0)
		r = sd_event_add_time_relative(event, &runner->limit, CLOCK_MONOTONIC,
					       config->hook_timeout_s * US_PER_S, 0, on_limit,
					       runner);
	if (r < 0) { /* unwatched it would go on for ever */
		log_say(LOG_WARNING, "hook %s: cannot be watched: %s", path, strerror(-r));
		stop_watching(runner);
		kill(-runner->pid, SIGKILL);
		waitpid(runner->pid, NULL, 0);
		runner->pid = 0;
	}
	return r;
}

static void forget_names(struct runner *runner)
{
	for (int i = 0; i < runner->n_names; i++)
		free(runner->names[i]);
	free(runner->names);
	runner->names = NULL;
	runner->n_names = runner->at = 0;
}

/* The next program of the occurrence under way, or the first of the one that waits. */
static void run_next(struct runner *runner)
{
	while (runner->first) {
		struct occurrence *done = runner->first;

		if (!runner->names) {
			runner->n_names = scandir(runner->hooks->config->hooks, &runner->names,
						  is_program, alphasort);
			if (runner->n_names < 0)
				runner->n_names = 0; /* no folder: nobody wants to be told */
		}
		for (; runner->at < runner->n_names; runner->at++)
			if (start(runner) >= 0)
				return;
		forget_names(runner);
		runner->first = done->next;
		runner->waiting--;
		free_occurrence(done);
	}
}

void hooks_run(struct hooks *hooks, enum wt_event event, const char *const *values, size_t n)
{
	struct runner *runner = &hooks->runners[event];
	struct occurrence *o, **last = &runner->first;

	o = runner->waiting < WAITING_MAX ? make_occurrence(event, values, n) : NULL;
	if (!o) {
		log_say(LOG_WARNING, "%s: no hook is told, %s", wt_event_name(event),
			runner->waiting < WAITING_MAX ? "out of memory" : "too many wait already");
		return;
	}
	while (*last)
		last = &(*last)->next;
	*last = o;
	if (runner->waiting++ == 0)
		run_next(runner);
}

int hooks_new(const struct wt_config *config, sd_event *event, struct hooks **ret,
	      struct wt_err *err)
{
	struct hooks *hooks = calloc(1, sizeof(*hooks));

	if (!hooks)
		return wt_fail(err, ENOMEM, "out of memory");
	hooks->config = config;
	hooks->event = event;
	for (int i = 0; i < WT_EVENTS; i++) {
		hooks->runners[i].hooks = hooks;
		hooks->runners[i].event = i;
	}
	*ret = hooks;
	return 0;
}

void hooks_free(struct hooks *hooks)
{
	for (int i = 0; hooks && i < WT_EVENTS; i++) {
		struct runner *runner = &hooks->runners[i];

		stop_watching(runner);
		if (runner->pid) {
			kill(-runner->pid, SIGKILL);
			waitpid(runner->pid, NULL, 0);
		}
		forget_names(runner);
		while (runner->first) {
			struct occurrence *o = runner->first;

			runner->first = o->next;
			free_occurrence(o);
		}
	}
	free(hooks);
}
