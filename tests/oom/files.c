// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/chain.h"
#include "lib/file.h"
#include "tests/fuzz/signed/world.h"
#include "tests/oom/scenario.h"

#define FILE_MAX (16u << 20)

static void must(int r, const char *what)
{
	oom_check(r >= 0, "cannot %s: %s", what, strerror(-r));
}

bool is_file(const char *path)
{
	return access(path, F_OK) == 0;
}

bool is_empty(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_size == 0;
}

bool same_files(const char *a, const char *b)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf x = { 0 }, y = { 0 };

	if (!is_file(a) || !is_file(b))
		return is_file(a) == is_file(b);
	must(wt_file_read(a, FILE_MAX, &x, NULL), a);
	must(wt_file_read(b, FILE_MAX, &y, NULL), b);
	return wt_span_equal(wt_buf_span(&x), wt_buf_span(&y));
}

static void each_entry(const char *path,
		       void (*fn)(const char *entry, const char *name, void *user), void *user)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	char entry[4096];

	while (dir && (e = readdir(dir))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (snprintf(entry, sizeof(entry), "%s/%s", path, e->d_name) < (int)sizeof(entry))
			fn(entry, e->d_name, user);
	}
	if (dir)
		closedir(dir);
}

static void copy_file(const char *from, const char *to, mode_t mode)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf b = { 0 };
	FILE *f;

	must(wt_file_read(from, FILE_MAX, &b, NULL), from);
	f = fopen(to, "w");
	oom_check(f && fwrite(b.p, 1, b.n, f) == b.n && fclose(f) == 0, "cannot write %s", to);
	chmod(to, mode);
}

static void copy_entry(const char *entry, const char *name, void *user)
{
	char to[4096];
	struct stat st;

	oom_check(snprintf(to, sizeof(to), "%s/%s", (const char *)user, name) < (int)sizeof(to),
		  "name too long");
	oom_check(stat(entry, &st) == 0, "no %s", entry);
	if (S_ISDIR(st.st_mode))
		copy_folder(entry, to);
	else
		copy_file(entry, to, st.st_mode & 0777);
}

void copy_folder(const char *from, const char *to)
{
	struct stat st;

	oom_check(stat(from, &st) == 0 && mkdir(to, st.st_mode & 0777) == 0, "cannot copy %s",
		  from);
	each_entry(from, copy_entry, (void *)to);
}

static void remove_entry(const char *entry, const char *name, void *user)
{
	struct stat st;

	(void)name;
	(void)user;
	if (lstat(entry, &st) == 0 && S_ISDIR(st.st_mode))
		remove_folder(entry);
	else
		unlink(entry);
}

void remove_folder(const char *path)
{
	each_entry(path, remove_entry, NULL);
	rmdir(path);
}

void write_text(const char *path, const char *text)
{
	must(wt_file_write(path, wt_span(text, strlen(text)), 0644, WT_FILE_REPLACE, NULL), path);
}

static void write_objects(const char *folder, const struct wt_buf *objects, size_t n,
			  const char *kind)
{
	char path[256];

	mkdir(folder, 0755);
	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s-%zu.cose", folder, kind, i);
		must(wt_file_write(path, wt_buf_span(&objects[i]), 0644, WT_FILE_REPLACE, NULL),
		     path);
	}
}

/* For processes that have no rig: epoch and chain before, then the records of the first two attestations. */
static void write_records(void)
{
	struct world *w = world(WORLD_FILE);
	struct wt_buf b = { 0 }, scratch = { 0 };
	uint8_t head[WT_SHA256_LEN];
	size_t i, k, m;

	memcpy(head, w->atts[0].chain_before, sizeof(head));
	wt_buf_append(&b, w->atts[0].epoch, 16);
	wt_buf_append(&b, head, sizeof(head));
	for (i = 0; i < 2; i++)
		for (k = 0; k < w->atts[i].n_steps; k++) {
			const struct wt_att_step *step = &w->atts[i].steps[k];

			must(wt_chain_step(head, step->records, step->n_records, &scratch),
			     "chain");
			for (m = 0; m < step->n_records; m++) {
				const uint8_t closes = m + 1 == step->n_records;

				wt_buf_append(&b, &closes, 1);
				wt_buf_append(&b, head, sizeof(head));
				wt_buf_append(&b, step->records[m].raw.p, step->records[m].raw.n);
			}
		}
	must(wt_file_write("records", wt_buf_span(&b), 0644, WT_FILE_REPLACE, NULL), "write");
	wt_buf_free(&b);
	wt_buf_free(&scratch);
}

void write_evidence(void)
{
	struct rig *rig = &world(WORLD_FILE)->rig;
	char at[32];

	if (is_file("trust"))
		return;
	copy_folder(rig->dir, "trust");
	must(wt_file_write("reg.cose", wt_buf_span(&rig->registration), 0644, WT_FILE_REPLACE,
			   NULL),
	     "write");
	write_objects("grants", rig->grants, rig->n_grants, "grant");
	write_objects("grants", rig->allotments, rig->n_allotments, "share");
	write_objects("grants", rig->notices, rig->n_notices, "notice");
	write_objects("evidence", rig->atts, rig->n_atts, "att");
	snprintf(at, sizeof(at), "@%llu", (unsigned long long)(rig->realtime_ns / RIG_S));
	write_text("time", at);
	write_records();
	must(wt_key_save(rig->self.key, "rig.key", NULL), "save a key");
	must(wt_cert_save(rig->self.cert, "rig.pem", NULL), "save a certificate");
}

size_t read_records(struct log_record ret[LOG_RECORDS_MAX], unsigned char ret_epoch[16],
		    unsigned char ret_before[32])
{
	static unsigned char file[65536];
	const unsigned char *p = file, *end;
	FILE *f = fopen("records", "r");
	size_t n = 0;

	oom_check(f != NULL, "no records");
	end = file + fread(file, 1, sizeof(file), f);
	fclose(f);
	memcpy(ret_epoch, p, 16);
	memcpy(ret_before, p + 16, 32);
	for (p += 48; p < end && n < LOG_RECORDS_MAX; n++) {
		ret[n].head = *p++ ? p : NULL;
		p += 32;
		ret[n].raw = p;
		ret[n].n = wt_le32(p);
		ret[n].seq = wt_le64(p + 8);
		p += ret[n].n;
	}
	return n;
}

void read_time(char ret[32])
{
	FILE *f = fopen("time", "r");

	oom_check(f && fgets(ret, 32, f), "no time");
	fclose(f);
}
