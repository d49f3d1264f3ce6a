// SPDX-License-Identifier: Apache-2.0
/* enroll request: all that a registry must know of a rig's TPM, in one file that the TPM vouches for. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "keys/identity/enrol.h"
#include "lib/enrolment.h"
#include "lib/file.h"
#include "lib/json.h"

#include "enroll.h"
#include "json.h"
#include "model.h"

#define DEFAULT_OUTPUT "request.enrol"

/* What the request's spans point into. */
struct material {
	struct wt_identity *identity;
	struct wt_identity_keys keys;
	struct wt_identity_quote quote;
	struct wt_buf csr, inventory;
	struct wt_cert *chain[WT_ENROLMENT_CERTS];
	size_t n_chain;
};

static void material_clear(struct material *m)
{
	for (size_t i = 0; i < m->n_chain; i++)
		wt_cert_free(m->chain[i]);
	wt_identity_keys_clear(&m->keys);
	wt_identity_quote_clear(&m->quote);
	wt_buf_free(&m->csr);
	wt_buf_free(&m->inventory);
	wt_identity_free(m->identity);
}

/* Devices and sources as the module has them in its log, in the form that a registry's clerk edits. */
static int take_inventory(const struct wt_config *config, struct wt_buf *ret, size_t *ret_devices,
			  size_t *ret_sources, struct wt_err *err)
{
	struct json_object *file;
	const char *text;
	struct model m;
	int r = 0;

	model_read(&m, config, MODEL_LIVE);
	if (!m.module) {
		r = wt_fail(err, ENODEV, "%s; or give --no-inventory", m.module_err.msg);
	} else {
		file = json_object_new_object();
		wt_json_add(file, "devices", json_devices(&m));
		wt_json_add(file, "sources", json_sources(&m));
		r = wt_json_text(file, JSON_C_TO_STRING_PRETTY, &text, err);
		if (r == 0)
			wt_buf_append(ret, text, strlen(text));
		json_object_put(file);
		*ret_devices = m.n_devices;
		*ret_sources = m.n_sources;
		if (ret->err)
			r = wt_fail(err, -ret->err, "no memory for an inventory");
	}
	model_clear(&m);
	return r;
}

/* The TPM's certificates, then those of the file that are not among them. */
static int take_certs(struct material *m, const char *path, struct wt_enrolment_request *request,
		      struct wt_err *err)
{
	size_t n = m->keys.n_ek_certs;
	int r = 0;

	for (size_t i = 0; i < n; i++)
		request->certs[i] = wt_buf_span(&m->keys.ek_certs[i]);
	if (path)
		r = wt_cert_load_all(path, m->chain, WT_ENROLMENT_CERTS, &m->n_chain, err);
	for (size_t i = 0; r == 0 && i < m->n_chain; i++) {
		struct wt_span der = wt_cert_der(m->chain[i]);
		bool known = false;

		for (size_t j = 0; j < n; j++)
			known = known || wt_span_equal(request->certs[j], der);
		if (known)
			continue;
		if (n == WT_ENROLMENT_CERTS)
			return wt_fail(err, EFBIG, "%.160s: more than %d certificates in all", path,
				       WT_ENROLMENT_CERTS);
		request->certs[n++] = der;
	}
	request->n_certs = n;
	if (r == 0 && n == 0)
		r = wt_fail(
			err, ENOENT,
			"the TPM has no certificate of its endorsement key (NV index 0x1c00002, 0x1c0000a, 0x1c00012, 0x1c00014 or 0x1c00016): get it from the TPM's vendor, then --ek-chain FILE");
	return r;
}

/* Over all that is in the request by now. */
static int take_quote(struct material *m, struct wt_enrolment_request *request, struct wt_err *err)
{
	uint8_t extra[WT_SHA256_LEN];
	int r = wt_enrolment_binding(request, extra, err);

	return r < 0 ? r : enroll_quote(m->identity, extra, &m->quote, &request->quote, err);
}

static int fill(const struct enroll *enroll, struct material *m,
		struct wt_enrolment_request *request, struct wt_err *err)
{
	struct wt_identity_options options = wt_config_identity(&enroll->common.config);
	int r;

	r = wt_identity_open(&options, &m->identity, err);
	if (r == 0)
		r = wt_identity_describe(m->identity, &m->keys, err);
	if (r == 0)
		r = take_certs(m, enroll->ek_chain, request, err);
	if (r == 0)
		r = wt_csr_make_der(wt_identity_key(m->identity), enroll->name, &m->csr, err);
	if (r < 0)
		return r;
	request->made_at = time(NULL);
	wt_identity_ueid(m->identity, request->ueid);
	request->csr = wt_buf_span(&m->csr);
	request->ek = wt_buf_span(&m->keys.ek);
	request->ak = wt_buf_span(&m->keys.ak);
	request->key = wt_buf_span(&m->keys.key);
	request->certify = wt_buf_span(&m->keys.certify);
	request->certify_signature =
		wt_span(m->keys.certify_signature, sizeof(m->keys.certify_signature));
	if (m->inventory.n)
		request->inventory = wt_buf_span(&m->inventory);
	return take_quote(m, request, err);
}

static void print_pcrs(const struct wt_att_quote *quote)
{
	for (size_t i = 0; i < quote->n_pcrs; i++)
		printf("%s%u", i ? ", " : "", quote->pcrs[i].index);
}

int enroll_request(struct enroll *enroll)
{
	__attribute__((cleanup(material_clear))) struct material m = {};
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf file = {};
	const char *output = enroll->output ?: DEFAULT_OUTPUT;
	size_t devices = 0, sources = 0;
	struct wt_enrolment_request request = {};
	char hex[2 * WT_UEID_LEN + 1];
	struct wt_err err = {};
	int r = 0;

	if (!enroll->no_inventory)
		r = take_inventory(&enroll->common.config, &m.inventory, &devices, &sources, &err);
	if (r == 0)
		r = fill(enroll, &m, &request, &err);
	if (r == 0)
		r = wt_enrolment_request_encode(&request, &file, &err);
	if (r == 0)
		r = wt_file_write(output, wt_buf_span(&file), 0644, WT_FILE_REPLACE, &err);
	if (r < 0)
		return could_not(&enroll->common, &err);
	wt_hex(request.ueid, sizeof(request.ueid), hex);
	printf("rig         %s, id %s\n", enroll->name, hex);
	printf("TPM         %zu certificate%s; boot state in PCR ", request.n_certs,
	       request.n_certs == 1 ? "" : "s");
	print_pcrs(&request.quote);
	if (enroll->no_inventory)
		printf("\ninventory   none: the registry writes it\n");
	else
		printf("\ninventory   %zu devices, %zu sources\n", devices, sources);
	printf("request     %s, %zu bytes\n"
	       "next        give it to the registry; its challenge is for `wattest enroll activate`\n",
	       output, file.n);
	return 0;
}
