// SPDX-License-Identifier: Apache-2.0
/*
 * The same day of a site (site.c) as an inspector gets it: in files, judged by the command from its start to its exit. A
 * file a rig for its attestations, and one an hour for its shares. Reading, sorting and printing count too.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/day/limit.h"
#include "tests/bench/day/rigs.h"
#include "tests/bench/figure.h"

#define RIGS 12
#define HOURS 24
#define GOAL_RATIO 0.90
#define ROUNDS 3
#define LIMIT_ROUNDS 2000 /* before each round */

struct corpus {
	char dir[64];
	uint64_t attestations, objects, bytes;
};

struct ran {
	double cpu_s, wall_s;
	long peak_kb;
};

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* --- in files ------------------------------------------------------------------------------------------- */

static FILE *begin(const struct corpus *corpus, const char *what, unsigned int nth)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s-%03u.cose", corpus->dir, what, nth);
	f = fopen(path, "a");
	need(f, path);
	return f;
}

static void put(struct corpus *corpus, FILE *f, const struct wt_buf *cose)
{
	need(fwrite(cose->p, 1, cose->n, f) == cose->n, "the disk is full");
	corpus->bytes += cose->n;
}

static void put_objects(struct corpus *corpus, struct rigs *rigs)
{
	struct wt_buf cose = { 0 };
	FILE *f;

	for (unsigned int i = 0; i < rigs->n; i++) {
		f = begin(corpus, "registration", i);
		put(corpus, f, &rigs->members[i].registration);
		need(fclose(f) == 0, "the disk is full");
		corpus->objects++;
	}
	for (unsigned int g = 0; g < rigs->hours * GRANTS_PER_HOUR; g++) {
		f = begin(corpus, "bought", g / GRANTS_PER_HOUR);
		rigs_sell(rigs, g, &cose);
		put(corpus, f, &cose);
		for (unsigned int i = 0; i < rigs->n; i++) {
			rigs_allot(rigs, g, i, &cose);
			put(corpus, f, &cose);
		}
		need(fclose(f) == 0, "the disk is full");
		corpus->objects += 1 + rigs->n;
	}
	wt_buf_free(&cose);
}

static void put_day(struct corpus *corpus, struct rigs *rigs, unsigned int i, struct limit *limit)
{
	FILE *f = begin(corpus, "rig", i);

	rigs_boot(rigs, i);
	for (unsigned int hour = 0; hour < rigs->hours; hour++) {
		rigs_hour(rigs, i, hour);
		for (size_t k = 0; k < rigs->now->n_atts; k++) {
			put(corpus, f, &rigs->now->atts[k]);
			if (i == 0 && hour == 1)
				limit_sign(limit, wt_buf_span(&rigs->now->atts[k]));
			wt_buf_free(&rigs->now->atts[k]);
		}
		corpus->attestations += rigs->now->n_atts;
		rigs->now->n_atts = 0;
	}
	need(fclose(f) == 0, "the disk is full");
	rigs_retire(rigs);
}

/* --- judged --------------------------------------------------------------------------------------------- */

static char *program_path(void)
{
	static char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 32);

	need(n > 0, "where this program is cannot be told");
	path[n] = '\0';
	for (int up = 0; up < 3; up++) /* tests/bench/site_files */
		*strrchr(path, '/') = '\0';
	strcat(path, "/wattest-inspect");
	return path;
}

static struct ran run(const struct corpus *corpus, const char *trust, const char *threads)
{
	char *program = program_path(), now[32];
	double start = now_s();
	struct rusage usage;
	struct ran ran;
	int status = 0;
	pid_t child;

	snprintf(now, sizeof(now), "@%lld", (long long)(RIG_T0 + HOURS * 3600));
	child = fork();
	need(child >= 0, "no process");
	if (child == 0) {
		execl(program, program, "verify", "-q", "-j", threads, "--trust", trust, "--time",
		      now, corpus->dir, (char *)NULL);
		_exit(127);
	}
	need(wait4(child, &status, 0, &usage) == child, "the command is lost");
	need(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the verdict is not affirming");
	ran.wall_s = now_s() - start;
	ran.cpu_s = usage.ru_utime.tv_sec + usage.ru_utime.tv_usec / 1e6 + usage.ru_stime.tv_sec +
		    usage.ru_stime.tv_usec / 1e6;
	ran.peak_kb = usage.ru_maxrss;
	return ran;
}

static void forget(const struct corpus *corpus)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", corpus->dir);
	need(system(command) == 0, "the files cannot be removed");
}

int main(void)
{
	struct corpus corpus = { .dir = "/tmp/wattest-bench-XXXXXX" };
	struct ran one = { 0 }, two = { 0 }, ran;
	struct limit limit;
	struct rigs rigs;
	char name[128], text[64];
	double ratio = 0, best;

	need(mkdtemp(corpus.dir), "no folder in /tmp");
	rigs_init(&rigs, RIGS, HOURS);
	limit_init(&limit);
	put_objects(&corpus, &rigs);
	for (unsigned int i = 0; i < RIGS; i++)
		put_day(&corpus, &rigs, i, &limit);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		double raw = limit_run(&limit, LIMIT_ROUNDS);

		ran = run(&corpus, rigs.first->dir, "1");
		best = raw * (corpus.attestations + corpus.objects) / ran.cpu_s;
		if (best > ratio) {
			ratio = best;
			one = ran;
		}
		ran = run(&corpus, rigs.first->dir, "2");
		if (two.wall_s == 0 || ran.wall_s < two.wall_s)
			two = ran;
	}
	snprintf(name, sizeof(name), "site-day in files: %u rigs, %llu signatures, %.1f MB", RIGS,
		 (unsigned long long)(corpus.attestations + corpus.objects), corpus.bytes / 1e6);
	snprintf(text, sizeof(text), "%.2f s", one.cpu_s);
	figure(name, text, "", true);
	snprintf(text, sizeof(text), "%.2f", ratio);
	figure("  wattest-inspect verify -j 1, start to exit: ratio to the limit", text, ">= 0.90",
	       ratio >= GOAL_RATIO);
	snprintf(text, sizeof(text), "%.2f x", one.wall_s / two.wall_s);
	figure("  -j 2 by the clock on the wall", text, "", true);
	snprintf(text, sizeof(text), "%.1f MB", one.peak_kb / 1024.0);
	figure("  its peak memory, program and all", text, "", true);
	forget(&corpus);
	rig_free(rigs.first);
	return 0;
}
