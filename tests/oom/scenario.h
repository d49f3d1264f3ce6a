/* SPDX-License-Identifier: Apache-2.0 */
/* Something that must go well or fail cleanly, wherever memory runs out in it. */
#ifndef TESTS_OOM_SCENARIO_H
#define TESTS_OOM_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>

struct scenario {
	const char *name;
	/* In a folder of its own, which is the working directory; before any process of the sweep. */
	void (*prepare)(void);
	void (*reset)(void); /* before each run */
	/* Its exit status; stdout and stderr are the files `out` and `err`. */
	int (*run)(void);
	/* What must hold, in another process, with memory; status 0: as if nothing had been wrong. */
	void (*check)(int status);
	/* Exit statuses that say that it could not be done, 0 at the end. */
	int failures[4];
	bool check_here; /* in the same process: it only looks at files */
};

extern const struct scenario *const scenarios[]; /* NULL at the end */
/* inspect.c */
extern const struct scenario scenario_verify, scenario_verify_site, scenario_show, scenario_show_diag;
extern const struct scenario scenario_show_json, scenario_verify_json, scenario_site_json;
extern const struct scenario scenario_crypto, scenario_first_use; /* crypto.c */
extern const struct scenario scenario_attest, scenario_store; /* agent.c */
extern const struct scenario scenario_energy_list; /* command.c */
extern const struct scenario scenario_grant, scenario_notice, scenario_init, scenario_list_json; /* authority.c */

extern bool
	oom_sampled; /* not every allocation: a scenario with a sweep of its own does the same */
/* main.c: ends the process with a sentence when it does not hold. */
void oom_check(bool holds, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What a run tells its check. */
extern struct facts {
	bool committed, put;
	unsigned long stored;
} * facts;

/* files.c */
struct wt_buf;
bool same_files(const char *a, const char *b); /* missing is the same as missing */
bool is_file(const char *path);
bool is_empty(const char *path);
void copy_folder(const char *from, const char *to); /* with all in it; `to` must not be there */
void remove_folder(const char *path);
void write_text(const char *path, const char *text);
/* The evidence of an honest rig: trust/, reg.cose, grants/, evidence/, rig.key, rig.pem. */
void write_evidence(void);
/* When it ends, "@SECONDS". */
void read_time(char ret[32]);
/* Records of its log, in order; head is the chain's value after a closing record, or NULL. */
struct log_record {
	const unsigned char *raw;
	size_t n;
	unsigned long seq;
	const unsigned char *head;
};

#define LOG_RECORDS_MAX 64
size_t read_records(struct log_record ret[LOG_RECORDS_MAX], unsigned char ret_epoch[16],
		    unsigned char ret_before[32]); /* of a file that write_evidence made */

#endif
