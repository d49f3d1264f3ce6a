// SPDX-License-Identifier: Apache-2.0
#include "lib/appraisal/private.h"

#include "lib/appraisal/port.h"
#include "lib/appraisal/software.h"

#include <stdio.h>

#define TAG_LEN 8
#define BUILD_ID_LEN 20
#define BEGINNING "wattest" /* the name under which the module has a log's beginning measured */
#define AGGREGATE "boot_aggregate" /* of the list's first entry: a digest of PCRs 0 to 9 */

void wt_software_begin(struct wt_appraisal *a)
{
	a->h.software = (struct software){ 0 };
}

static size_t references(const struct wt_appraisal *a, enum wt_reference_kind kind)
{
	size_t n = 0, i;

	for (i = 0; a->registered && i < a->reg.n_references; i++)
		n += a->reg.references[i].kind == kind;
	return n;
}

static bool is_registered(const struct wt_appraisal *a, enum wt_reference_kind kind,
			  const char *name, const uint8_t *digest, size_t n)
{
	size_t i;

	for (i = 0; i < a->reg.n_references; i++) {
		const struct wt_reference *r = &a->reg.references[i];

		/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): a member of a record */
		if (r->kind == kind && memcmp(r->digest, digest, n) == 0 &&
		    (!name || strcmp(r->name, name) == 0))
			return true;
	}
	return false;
}

static void keep_digest(const struct wt_record *rec, uint8_t ret[WT_SHA256_LEN])
{
	wt_sha256(wt_span(rec->payload.p - sizeof(struct wattest_record), rec->len), ret);
}

static void check_module(struct wt_appraisal *a, const struct wattest_load *load)
{
	char id[2 * BUILD_ID_LEN + 1];

	if (references(a, WT_REFERENCE_MODULE) == 0)
		return;
	a->h.software.module_matched =
		is_registered(a, WT_REFERENCE_MODULE, NULL, load->build_id, BUILD_ID_LEN);
	wt_hex(load->build_id, BUILD_ID_LEN, id);
	if (!a->h.software.module_matched)
		wt_find(&a->found, WT_MODULE_NOT_REGISTERED,
			"the module that was loaded, version %.31s, build id %s, is not in the registration",
			load->version, id);
}

void wt_software_load(struct wt_appraisal *a, const struct wt_record *rec)
{
	struct wattest_load load;

	memcpy(&load, rec->payload.p, sizeof(load));
	check_module(a, &load);
	keep_digest(rec, a->h.software.beginning);
}

void wt_software_anchor(struct wt_appraisal *a, const struct wt_record *rec)
{
	if (rec->seq == 2)
		keep_digest(rec, a->h.software.beginning + WT_SHA256_LEN);
}

/* Another program under the same name counts nothing, or what it likes. */
void wt_software_probe(struct wt_appraisal *a, const struct wattest_probe_add *probe)
{
	char tag[2 * TAG_LEN + 1];

	if (references(a, WT_REFERENCE_PROBE) == 0 ||
	    is_registered(a, WT_REFERENCE_PROBE, probe->name, probe->tag, TAG_LEN))
		return;
	wt_hex(probe->tag, TAG_LEN, tag);
	wt_find(&a->found, WT_PROBE_NOT_REGISTERED,
		"BPF program %.15s with tag %s was announced: the registration has no such program",
		probe->name, tag);
}

/* Does the path end in the name, and the name begin at the path's beginning or behind a slash? */
static bool is_file(const struct wt_ima_entry *entry, const char *name)
{
	size_t n = strlen(name);

	return entry->path.n >= n && !memcmp(entry->path.p + entry->path.n - n, name, n) &&
	       (entry->path.n == n || name[0] == '/' ||
		entry->path.p[entry->path.n - n - 1] == '/');
}

static bool is_named(const struct wt_ima_entry *entry, const char *name)
{
	return entry->path.p && entry->path.n == strlen(name) &&
	       memcmp(entry->path.p, name, entry->path.n) == 0;
}

static void take_note(struct software *s, const struct wt_reference *r)
{
	size_t i;

	for (i = 0; i < s->n_measured; i++)
		if (!strcmp(s->measured[i].name, r->name) &&
		    !memcmp(s->measured[i].digest, r->digest, WT_SHA256_LEN))
			return;
	if (s->n_measured == WT_MAX_MEASURED)
		return;
	memcpy(s->measured[i].name, r->name, sizeof(r->name));
	memcpy(s->measured[i].digest, r->digest, WT_SHA256_LEN);
	s->n_measured++;
}

/*
 * Names of measured buffers are kernel code's, not of files: no file's entry has one. Of a violation the PCR holds no
 * digest: its bytes are whatever the rig says.
 */
static void check_beginning(struct software *s, const struct wt_ima_entry *entry)
{
	if (!entry->buf.p || entry->violation || !is_named(entry, BEGINNING))
		return;
	s->measures = true;
	s->begun_here |= wt_span_equal(entry->buf, wt_span(s->beginning, sizeof(s->beginning)));
}

/*
 * Root may extend PCR 10, too, with the entry of a log's beginning that no module had measured. What he needs for that
 * runs first, and is measured first. So before the beginning only registered files may have run: or none, where
 * the initramfs loads the module, whose own programs the boot state vouches for.
 */
static void check_before(struct software *s, const struct wt_ima_entry *entry)
{
	const uint8_t *slash = entry->path.p ? memrchr(entry->path.p, '/', entry->path.n) : NULL;
	struct wt_span name = entry->path;

	if (s->begun_here || s->before[0])
		return;
	if (slash)
		name = wt_span(slash + 1, (size_t)(entry->path.p + entry->path.n - slash - 1));
	if (!name.p || name.n == 0 || name.n >= sizeof(s->before) || !wt_text_plain(name))
		strcpy(s->before, "a file without a plain name");
	else
		memcpy(s->before, name.p, name.n); /* zeros behind it */
}

static void check_entry(struct wt_appraisal *a, const struct wt_ima_entry *entry, uint64_t index)
{
	bool sha256 = entry->alg.n == 6 && !memcmp(entry->alg.p, "sha256", 6) &&
		      entry->digest.n == WT_SHA256_LEN;
	const struct wt_reference *other = NULL;
	char digest[2 * WT_SHA256_LEN + 1];
	size_t i;

	check_beginning(&a->h.software, entry);
	if (entry->buf.p && !entry->violation)
		return;
	if (index == 1 && is_named(entry, AGGREGATE))
		return;
	for (i = 0; entry->path.p && i < a->reg.n_references; i++) {
		const struct wt_reference *r = &a->reg.references[i];

		if (r->kind != WT_REFERENCE_FILE || !is_file(entry, r->name))
			continue;
		if (sha256 && !entry->violation &&
		    !memcmp(r->digest, entry->digest.p, WT_SHA256_LEN)) {
			take_note(&a->h.software, r);
			return;
		}
		other = r;
	}
	check_before(&a->h.software, entry);
	if (!other)
		return;
	if (entry->violation || !sha256) {
		wt_find(&a->found, WT_FILE_NOT_REGISTERED,
			"the host ran or loaded %s, and its measurement says nothing: %s",
			other->name,
			entry->violation ? "the file was open for writing"
					 : "IMA does not hash with SHA-256");
		return;
	}
	wt_hex(entry->digest.p, WT_SHA256_LEN, digest);
	wt_find(&a->found, WT_FILE_NOT_REGISTERED,
		"the host ran or loaded a %s with SHA-256 %s, which is not in the registration",
		other->name, digest);
}

static void arrive(struct software *s)
{
	if (s->waiting && !memcmp(s->value, s->quoted, WT_SHA256_LEN)) {
		s->waiting = false;
		s->vouched = true;
	}
}

/* Entries that were read before are carried again by an agent that was killed: they say nothing new. */
static void read_entries(struct wt_appraisal *a, const struct wt_attestation *att)
{
	struct software *s = &a->h.software;
	struct wt_span rest = att->ima;
	uint64_t index = att->ima_first;
	struct wt_ima_entry entry;
	struct wt_err err;
	int r;

	for (; (r = wt_ima_next(&rest, &entry, &err)) == 1; index++) {
		if (index < s->next)
			continue;
		/* A policy may send entries to other PCRs: nothing vouches for these. */
		if (entry.pcr == WT_IMA_PCR) {
			wt_ima_extend(s->value, &entry);
			check_entry(a, &entry, index);
		}
		s->next = plus(index, 1);
		arrive(s);
	}
	if (r < 0)
		wt_find(&a->found, WT_MEASUREMENTS_BROKEN,
			"attestation %" PRIu64 ": entry %" PRIu64 " of IMA's list: %s",
			a->reading.seq, index, r == -EAGAIN ? "it is cut" : err.msg);
}

void wt_software_list(struct wt_appraisal *a, const struct wt_attestation *att, const uint8_t *pcr)
{
	struct software *s = &a->h.software;

	/* Of a log that is not read from its beginning the list is not known either. */
	if (s->next == 0 && (!a->h.whole || !att->ima.p))
		return;
	if (s->next == 0)
		s->next = 1;
	if (att->ima.p && att->ima_first > s->next) {
		wt_find(&a->found, WT_MEASUREMENTS_BROKEN,
			"attestation %" PRIu64 ": IMA's list goes on with entry %" PRIu64
			", entry %" PRIu64 " comes next",
			a->reading.seq, att->ima_first, s->next);
	} else if (att->ima.p) {
		read_entries(a, att);
	} else if (s->waiting) {
		/* The list was read after the quote before: whoever carries nothing more has nothing more. */
		wt_find(&a->found, WT_MEASUREMENTS_BROKEN,
			"IMA's list does not lead to the PCR 10 that was quoted before attestation %" PRIu64,
			a->reading.seq);
		s->waiting = false;
	}
	if (!pcr)
		return;
	memcpy(s->quoted, pcr, WT_SHA256_LEN);
	s->waiting = true;
	s->vouched = false;
	arrive(s);
}

static const struct wt_reference *unmeasured(const struct wt_appraisal *a)
{
	const struct software *s = &a->h.software;
	size_t i, k;

	for (i = 0; a->registered && i < a->reg.n_references; i++) {
		const struct wt_reference *r = &a->reg.references[i];

		if (r->kind != WT_REFERENCE_FILE)
			continue;
		/* Of several digests for one name, say of two versions, one is enough. */
		for (k = 0; k < s->n_measured && strcmp(s->measured[k].name, r->name); k++)
			;
		if (k == s->n_measured)
			return r;
	}
	return NULL;
}

void wt_software_conclude(const struct wt_appraisal *a, struct wt_findings *f)
{
	const struct software *s = &a->h.software;
	const struct wt_reference *missing = unmeasured(a);
	char entries[WT_GROUPED_LEN];

	if (s->measures && !s->begun_here && s->vouched)
		wt_find(f, WT_LOG_NOT_MEASURED,
			"the module had IMA measure how its logs begin, and this log is none of them: it was made up");
	if (!a->registered || a->reg.n_references == 0) {
		wt_no_claim(f, WT_CHECK_SOFTWARE,
			    "the registration does not say what the rig runs");
		return;
	}
	if (s->next && missing && s->vouched)
		wt_find(f, WT_FILE_NOT_MEASURED,
			"%s is registered, and is not in IMA's list of what the host ran or loaded",
			missing->name);
	if (references(a, WT_REFERENCE_FILE) && s->next == 0)
		wt_remark(f, WT_CHECK_SOFTWARE, "files unknown: no IMA list is attested");
	else if (s->next && !s->vouched)
		wt_remark(f, WT_CHECK_SOFTWARE,
			  "no quote vouches for the newest part of IMA's list yet");
	else if (s->next)
		wt_remark(f, WT_CHECK_SOFTWARE,
			  "IMA's list, entries 1 to %s, leads to the quoted PCR 10%s",
			  wt_grouped(s->next - 1, entries),
			  s->begun_here ? " and has this log's beginning" : "");
	if (s->begun_here && s->before[0])
		wt_remark(f, WT_CHECK_SOFTWARE, "%s ran before the log began and is not registered", s->before);
	wt_affirm(f, WT_CHECK_SOFTWARE,
		  "module, probes and files are as registered, where they show");
}

const char *wt_software_missing(const struct wt_appraisal *a)
{
	const struct software *s = &a->h.software;

	if (!a->registered || references(a, WT_REFERENCE_FILE) == 0)
		return "references of what the rig runs in its registration";
	if (s->next == 0)
		return "IMA's measurement list";
	if (!s->vouched)
		return "a quote that vouches for IMA's list";
	if (unmeasured(a))
		return "all registered files in IMA's list";
	if (references(a, WT_REFERENCE_MODULE) && !s->module_matched)
		return "the registered module";
	if (!s->begun_here)
		return "the log's beginning in IMA's list";
	if (s->before[0])
		return "only registered files in IMA's list before the log's beginning";
	return NULL;
}

void wt_software_port(struct wt_port *p, struct software *s)
{
	size_t i;

	wt_port_group(p, 11);
	wt_port_number(p, &s->next);
	wt_port_bytes(p, s->value, sizeof(s->value));
	wt_port_boolean(p, &s->waiting);
	wt_port_bytes(p, s->quoted, sizeof(s->quoted));
	wt_port_boolean(p, &s->vouched);
	wt_port_boolean(p, &s->module_matched);
	wt_port_bytes(p, s->beginning, sizeof(s->beginning));
	wt_port_boolean(p, &s->measures);
	wt_port_boolean(p, &s->begun_here);
	wt_port_text(p, s->before, sizeof(s->before));
	wt_port_list(p, &s->n_measured);
	if (p->r == 0 && s->n_measured > WT_MAX_MEASURED)
		p->r = wt_cbor_bad(p->in, "more measured files than a registration names");
	for (i = 0; p->r == 0 && i < s->n_measured; i++) {
		wt_port_group(p, 2);
		wt_port_text(p, s->measured[i].name, sizeof(s->measured[i].name));
		wt_port_bytes(p, s->measured[i].digest, WT_SHA256_LEN);
	}
}
