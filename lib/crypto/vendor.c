// SPDX-License-Identifier: Apache-2.0
/* Certificates of TPMs' endorsement keys (TCG EK Credential Profile, 3.2). */
#include <openssl/err.h>
#include <string.h>

#include "lib/crypto/internal.h"

#define EK_USAGE "2.23.133.8.1" /* tcg-kp-EKCertificate */

static bool is_for_ek(X509 *cert)
{
	ASN1_OBJECT *usage = OBJ_txt2obj(EK_USAGE, 1);
	bool is = usage && wt_x509_has_usage(cert, usage);

	ASN1_OBJECT_free(usage);
	ERR_clear_error();
	return is;
}

static int check(struct wt_trust *vendors, struct wt_cert *leaf, STACK_OF(X509) *extra, int64_t at,
		 X509_STORE_CTX *ctx, char ret_anchor[128], struct wt_err *err)
{
	STACK_OF(X509) *chain;
	X509_VERIFY_PARAM *param;
	int problem;

	if (X509_STORE_CTX_init(ctx, wt_trust_store(vendors), leaf->x509, extra) != 1)
		return wt_fail_openssl(err, ENOMEM, "cannot check certificates");
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_time(param, (time_t)at);
	X509_VERIFY_PARAM_set_auth_level(param, 2); /* 112 bits: no SHA-1, no RSA below 2048 */
	/* Not as strict as with our own: vendors' certificates lack this and that of RFC 5280. */
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_CRL_CHECK |
						   X509_V_FLAG_CRL_CHECK_ALL);
	X509_STORE_CTX_set_verify_cb(ctx, wt_trust_on_problem);
	if (X509_verify_cert(ctx) != 1) {
		problem = X509_STORE_CTX_get_error(ctx);
		ERR_clear_error();
		return wt_fail(err, EKEYREJECTED, "%.100s: no path to a known TPM vendor: %s",
			       leaf->name, X509_verify_cert_error_string(problem));
	}
	chain = X509_STORE_CTX_get0_chain(ctx);
	wt_name_text(X509_get_subject_name(sk_X509_value(chain, sk_X509_num(chain) - 1)),
		     NID_commonName, ret_anchor, 128);
	return 0;
}

int wt_trust_check_ek(struct wt_trust *vendors, struct wt_cert *leaf, struct wt_cert *const *extra,
		      size_t n, int64_t at, char ret_anchor[128], struct wt_err *err)
{
	STACK_OF(X509) *untrusted;
	X509_STORE_CTX *ctx;
	int r;

	wt_memory_watch();
	untrusted = sk_X509_new_null();
	ctx = X509_STORE_CTX_new();
	r = untrusted && ctx ? 0 : -ENOMEM;
	for (size_t i = 0; r == 0 && i < n; i++)
		if (!sk_X509_push(untrusted, extra[i]->x509))
			r = -ENOMEM;
	if (r < 0)
		wt_fail(err, ENOMEM, "no memory to check certificates");
	else
		r = check(vendors, leaf, untrusted, at, ctx, ret_anchor, err);
	if (r == 0 && !is_for_ek(leaf->x509))
		r = wt_fail(err, EPERM,
			    "%.100s: is not of a TPM's endorsement key (lacks the usage %s)",
			    leaf->name, EK_USAGE);
	r = wt_memory_judge(r, err);
	X509_STORE_CTX_free(ctx);
	sk_X509_free(untrusted);
	ERR_clear_error();
	return r;
}
