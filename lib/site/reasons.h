/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What only all rigs together show: as lib/appraisal/reasons.h, for the checks of a site. A code that was released never
 * changes its meaning.
 */
#ifndef LIB_SITE_REASONS_H
#define LIB_SITE_REASONS_H

/* X(name, code, check, tier, meaning) */
#define WT_SITE_REASONS(X)                                                                                   \
	X(OBJECT_REFUSED, "object-refused", OBJECTS, CONTRAINDICATED,                                        \
	  "an object is malformed, forged, or signed by somebody who may not; it was not used")              \
	X(OBJECT_CONFLICT, "object-conflict", OBJECTS, CONTRAINDICATED,                                      \
	  "two different objects of a kind with the same id")                                                \
	X(OBJECT_UNUSED, "object-unused", OBJECTS, WARNING,                                                  \
	  "a grant or an allotment is for a rig whose registration was not given")                           \
	X(ALLOTMENTS_EXCEED, "allotments-exceed", ALLOTMENTS, CONTRAINDICATED,                               \
	  "the shares of a grant sum to more than the grant")                                                \
	X(ALLOTMENT_GRANT, "allotment-grant", ALLOTMENTS, WARNING,                                           \
	  "an allotment divides a grant that was not given or not accepted")                                 \
	X(GRANT_SHARED, "grant-shared", GRANTS, CONTRAINDICATED, "two rigs spend one rig's grant")           \
	X(GRANT_OF_ANOTHER, "grant-of-another", GRANTS, CONTRAINDICATED,                                     \
	  "a rig spends a grant that was sold to another")                                                   \
	X(DEVICE_ON_TWO_RIGS, "device-on-two-rigs", DEVICES, CONTRAINDICATED,                                \
	  "the same device was on two rigs at the same time: one of them is a clone")                        \
	X(DEVICE_REGISTERED_TWICE, "device-registered-twice", DEVICES, CONTRAINDICATED,                      \
	  "two registrations claim the same device for the same time")                                       \
	X(RIG_UNKNOWN, "rig-unknown", RIGS, CONTRAINDICATED,                                                 \
	  "attestations of a rig for which no registration was given or accepted")                           \
	X(RIG_SILENT, "rig-silent", RIGS, WARNING,                                                           \
	  "a rig registered for the time that others attest to sent nothing")                                \
	X(EXCEEDED, "site-exceeded", ENERGY, CONTRAINDICATED,                                           \
	  "all rigs together used more energy than was bought for them")                                     \
	X(INQUIRE, "site-inquire", ENERGY, WARNING,                                                     \
	  "the best estimate of all rigs together fits what was bought, the upper bound does not")

#define WT_SITE_REASON_ENUM(name, code, check, tier, meaning) WT_SITE_##name,
enum wt_site_reason_id { WT_SITE_REASONS(WT_SITE_REASON_ENUM) WT_SITE_REASON_IDS };
#undef WT_SITE_REASON_ENUM

#endif
