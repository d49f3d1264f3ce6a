// SPDX-License-Identifier: Apache-2.0
/*
 * The targets without libFuzzer: their seeds, the corpus (tests/fuzz/corpus/TARGET/), and some mutations of both, the
 * same in every run. TAP; each target in a process of its own, and what ends it is kept.
 *
 *   smoke [-n EXECUTIONS] [TARGET...]      each target: seeds, corpus, and so many mutations (400; of slow ones less)
 *   smoke --seeds DIR                      writes the seeds to DIR/TARGET/
 *   smoke --run TARGET FILE|DIR...         these inputs only
 */
#include <dirent.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Of the sanitizers' common_interface_defs.h; not there in the build for coverage. */
__attribute__((weak)) void __sanitizer_set_report_fd(void *fd);

#include "lib/file.h"
#include "tests/fuzz/lib/fuzz.h"
#include "tests/fuzz/smoke/mutate.h"

#define CORPUS "tests/fuzz/corpus"
#define INPUT_MAX (1u << 20)
#define INPUTS_MAX 20000

struct inputs {
	struct wt_buf v[INPUTS_MAX];
	size_t n;
};

/* What is run now: seen by the parent, should the child end over it. */
struct current {
	size_t n, executions;
	uint8_t bytes[INPUT_MAX];
};

static struct inputs inputs;
static struct current *current;

static void keep(struct wt_span in, void *user)
{
	(void)user;
	if (inputs.n < INPUTS_MAX && in.n <= INPUT_MAX)
		wt_buf_append(&inputs.v[inputs.n++], in.p, in.n);
}

static void keep_file(const char *path)
{
	struct wt_buf file = { 0 };

	if (wt_file_read(path, INPUT_MAX, &file, NULL) == 0)
		keep(wt_buf_span(&file), NULL);
	wt_buf_free(&file);
}

static void keep_folder(const char *path)
{
	struct dirent **entries;
	char file[4096];
	int n = scandir(path, &entries, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		if (entries[i]->d_name[0] != '.' &&
		    snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name) < 4096)
			keep_file(file);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

/* An exact-sized copy, so that the sanitizer sees one byte too far. */
static void execute(const struct fuzz_target *target, struct wt_span in)
{
	uint8_t *copy = malloc(in.n ? in.n : 1);

	if (!copy)
		abort();
	current->n = in.n;
	current->executions++;
	if (in.n) {
		memcpy(copy, in.p, in.n);
		memcpy(current->bytes, in.p, in.n);
	}
	target->run(wt_span(copy, in.n));
	free(copy);
}

static void run_all(const struct fuzz_target *target, unsigned long mutations)
{
	struct mutator m = { .state = 1 };
	struct wt_buf in = { 0 };
	size_t i, n = inputs.n;

	if (target->slow)
		mutations /= target->slow;
	if (target->init)
		target->init();
	for (i = 0; i < n; i++)
		execute(target, wt_buf_span(&inputs.v[i]));
	for (i = 0; n && i < mutations; i++) {
		const struct wt_buf *one = &inputs.v[i % n];
		const struct wt_buf *other = &inputs.v[mutator_below(&m, n)];

		wt_buf_reset(&in);
		wt_buf_append(&in, one->p, one->n);
		mutate(&m, &in, wt_buf_span(other));
		if (in.n <= INPUT_MAX)
			execute(target, wt_buf_span(&in));
	}
	wt_buf_free(&in);
	for (i = 0; i < inputs.n; i++)
		wt_buf_free(&inputs.v[i]);
	inputs.n = 0;
}

/* What a target prints is nobody's business; what a sanitizer says is. */
static void quiet(void)
{
	int out = dup(STDERR_FILENO);

	if (out < 0 || !freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
		_exit(1);
	fuzz_report_to(out);
	if (__sanitizer_set_report_fd)
		__sanitizer_set_report_fd((void *)(intptr_t)out);
}

static void keep_what_failed(const char *name)
{
	char path[256];

	mkdir("build/fuzz", 0755);
	snprintf(path, sizeof(path), "build/fuzz/failed-%s", name);
	if (wt_file_write(path, wt_span(current->bytes, current->n), 0644, WT_FILE_REPLACE, NULL) ==
	    0)
		printf("# the input is %s\n", path);
}

static bool run_target(const struct fuzz_target *target, unsigned long mutations, size_t number)
{
	struct timespec from, to;
	int status;
	pid_t pid;

	current->executions = current->n = 0;
	fflush(stdout);
	clock_gettime(CLOCK_MONOTONIC, &from);
	pid = fork();
	if (pid == 0) {
		quiet();
		if (!inputs.n) {
			char folder[256];

			fuzz_seeds(target, keep, NULL);
			snprintf(folder, sizeof(folder), CORPUS "/%s", target->name);
			keep_folder(folder);
		}
		run_all(target, mutations);
		exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		abort();
	clock_gettime(CLOCK_MONOTONIC, &to);
	if (status)
		keep_what_failed(target->name);
	printf("%sok %zu %s\n# %zu executions, %.1f s\n", status ? "not " : "", number,
	       target->name, current->executions,
	       (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9);
	return !status;
}

static struct {
	const char *folder;
	size_t n;
} writing;

static void write_seed(struct wt_span in, void *user)
{
	char path[512];
	struct wt_err err = { "" };

	(void)user;
	snprintf(path, sizeof(path), "%s/seed-%02zu", writing.folder, writing.n++);
	fuzz_need(wt_file_write(path, in, 0644, WT_FILE_REPLACE, &err), err.msg);
}

static int write_seeds(const char *dir)
{
	char folder[256];

	mkdir(dir, 0755);
	for (const struct fuzz_target *const *t = fuzz_targets; *t; t++) {
		snprintf(folder, sizeof(folder), "%s/%s", dir, (*t)->name);
		mkdir(folder, 0755);
		writing.folder = folder;
		writing.n = 0;
		fuzz_seeds(*t, write_seed, NULL);
	}
	return 0;
}

static bool chosen(const struct fuzz_target *target, char **names)
{
	if (!*names)
		return true;
	for (; *names; names++)
		if (strcmp(*names, target->name) == 0)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "seeds", required_argument, NULL, 's' },
						 { "run", no_argument, NULL, 'r' },
						 { 0 } };
	unsigned long mutations = 400;
	bool good = true, files = false;
	size_t number = 0;
	int c;

	while ((c = getopt_long(argc, argv, "n:", options, NULL)) != -1) {
		if (c == 'n')
			mutations = strtoul(optarg, NULL, 10);
		else if (c == 's')
			return write_seeds(optarg);
		else if (c == 'r')
			files = true;
		else
			return 64;
	}
	current = mmap(NULL, sizeof(*current), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (current == MAP_FAILED)
		abort();
	if (files && argv[optind]) {
		const struct fuzz_target *target = fuzz_target(argv[optind++]);

		for (; target && argv[optind]; optind++) {
			keep_file(argv[optind]);
			keep_folder(argv[optind]);
		}
		printf("1..1\n");
		return target && run_target(target, 0, 1) ? 0 : 1;
	}
	for (const struct fuzz_target *const *t = fuzz_targets; *t; t++)
		number += chosen(*t, argv + optind);
	printf("1..%zu\n", number);
	number = 0;
	for (const struct fuzz_target *const *t = fuzz_targets; *t; t++)
		if (chosen(*t, argv + optind) && !run_target(*t, mutations, ++number))
			good = false;
	return good ? 0 : 1;
}
