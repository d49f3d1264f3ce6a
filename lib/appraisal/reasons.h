/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every finding there is: its stable code, the check it belongs to, how much it weighs, and what it means. This is the
 * one table; docs/verdict.md lists it, and a test compares both. A code that was released never changes its meaning.
 */
#ifndef LIB_APPRAISAL_REASONS_H
#define LIB_APPRAISAL_REASONS_H

/* X(name, code, check, tier, meaning) */
#define WT_REASONS(X)                                                                                        \
	X(MALFORMED, "malformed", SIGNATURE, CONTRAINDICATED,                                                \
	  "an attestation that is no strictly well-formed object of that type")                             \
	X(ALGORITHM, "algorithm", SIGNATURE, CONTRAINDICATED,                                                \
	  "signed with an algorithm that is not accepted, or that is not the key's")                        \
	X(CERTIFICATE_OTHER, "certificate-other", SIGNATURE, CONTRAINDICATED,                                \
	  "the attestation names another certificate than the registered one")                              \
	X(SIGNATURE_BAD, "signature-bad", SIGNATURE, CONTRAINDICATED,                                        \
	  "the signature does not verify: the object was changed, or somebody else signed it")              \
	X(CERTIFICATE_MISSING, "certificate-missing", SIGNER, CONTRAINDICATED,                               \
	  "the object does not carry the certificate that its header names")                                \
	X(PATH_REFUSED, "path-refused", SIGNER, CONTRAINDICATED,                                             \
	  "no valid path from the signer's certificate to a trust anchor: unknown, expired or revoked")     \
	X(WRONG_DUTY, "wrong-duty", SIGNER, CONTRAINDICATED,                                                 \
	  "the signer may sign something, but not this kind of object")                                     \
	X(SIGNED_AFTERWARDS, "signed-afterwards", SIGNER, CONTRAINDICATED,                                   \
	  "the signer's certificate began only when the object had ended")                                  \
	X(REVOCATION_UNKNOWN, "revocation-unknown", REVOCATION, WARNING,                                     \
	  "no revocation list of an issuer was there to be looked at")                                      \
	X(REVOCATION_STALE, "revocation-stale", REVOCATION, WARNING,                                         \
	  "a revocation list is past the date of its next issue")                                           \
	X(REGISTRATION_REFUSED, "registration-refused", REGISTRATION, CONTRAINDICATED,                       \
	  "the registration is malformed, forged or not signed by a registry")                              \
	X(REGISTRATION_KEY, "registration-key", REGISTRATION, CONTRAINDICATED,                               \
	  "the registration's rig id is not that of the key it registers")                                  \
	X(RIG_OTHER, "rig-other", REGISTRATION, CONTRAINDICATED,                                             \
	  "the attestation is of another rig than the registered one")                                      \
	X(REGISTRATION_NOT_VALID, "registration-not-valid", REGISTRATION, CONTRAINDICATED,                   \
	  "the attestation was signed before the registration began or after it ended")                     \
	X(REGISTRATION_REVOKED, "registration-revoked", REGISTRATION, CONTRAINDICATED,                       \
	  "the attestation was signed after the registry had revoked the registration")                     \
	X(REGISTRATION_MISSING, "registration-missing", REGISTRATION, WARNING,                               \
	  "no registration was given, so nothing could be compared with one")                               \
	X(REGISTRATION_OTHER, "registration-other", REGISTRATION, WARNING,                                   \
	  "the rig names another registration than the one given, or none")                                 \
	X(REGISTRATION_SUPERSEDED, "registration-superseded", REGISTRATION, WARNING,                        \
	  "the rig names a registration that another one has replaced, and is judged by that")              \
	X(REGISTRATION_ENDING, "registration-ending", REGISTRATION, WARNING,                                 \
	  "the registration ends within seven days")                                                        \
	X(SEQUENCE_GAP, "sequence-gap", SEQUENCE, CONTRAINDICATED, "an attestation is missing, or out of its place") \
	X(SEQUENCE_FORK, "sequence-fork", SEQUENCE, CONTRAINDICATED,                                         \
	  "two different attestations with the same seq")                                                   \
	X(SEQUENCE_PREV, "sequence-prev", SEQUENCE, CONTRAINDICATED,                                         \
	  "the attestation does not name the digest of the one before it")                                  \
	X(SEQUENCE_UNKNOWN, "sequence-unknown", SEQUENCE, WARNING,                                           \
	  "an attestation is older than what was looked at before, and nothing links it to that")           \
	X(CHAIN_BROKEN, "chain-broken", CHAIN, CONTRAINDICATED,                                              \
	  "the records do not replay to the chain value claimed: a record was changed, dropped or moved")   \
	X(CHAIN_GAP, "chain-gap", CHAIN, CONTRAINDICATED,                                                    \
	  "the chain does not begin where the attestation before ended")                                    \
	X(EPOCH_WITHOUT_LOAD, "epoch-without-load", CHAIN, CONTRAINDICATED,                                  \
	  "a log that should begin here does not begin with LOAD")                                          \
	X(EPOCH_OTHER, "epoch-other", CHAIN, CONTRAINDICATED,                                                \
	  "the LOAD record's epoch or chain start is not the attestation's")                                \
	X(RECORD_MALFORMED, "record-malformed", CHAIN, CONTRAINDICATED,                                      \
	  "a record that is not laid out as the kernel module does it")                                     \
	X(RECORD_MISSING, "record-missing", CHAIN, CONTRAINDICATED, "the records' seqs are not gapless")     \
	X(STEP_MALFORMED, "step-malformed", CHAIN, CONTRAINDICATED,                                          \
	  "a step without its closing record, with two, or going on after UNLOAD")                          \
	X(KEY_MISSING, "key-missing", CHAIN, CONTRAINDICATED,                                                \
	  "a closing record does not disclose the key of the step before it, or keys are kept back while the TPM works") \
	X(KEY_OTHER, "key-other", CHAIN, CONTRAINDICATED,                                                    \
	  "a disclosed key is not of the kernel's chain of keys")                                            \
	X(KEYS_UNUSED, "keys-unused", CHAIN, CONTRAINDICATED,                                                \
	  "a chain of keys begins before the one before it is used up, or not with the log")                 \
	X(MAC_MISSING, "mac-missing", CHAIN, CONTRAINDICATED,                                                \
	  "a step without the kernel's MAC in a log whose steps are keyed")                                  \
	X(MAC_WRONG, "mac-wrong", CHAIN, CONTRAINDICATED,                                                    \
	  "a step's MAC is not over this log: the kernel wrote another one")                                 \
	X(COUNTER_BACKWARDS, "counter-backwards", COUNTERS, CONTRAINDICATED,                                 \
	  "a counter that only grows became smaller")                                                       \
	X(ENERGY_IMPOSSIBLE, "energy-impossible", COUNTERS, CONTRAINDICATED,                                 \
	  "a source's energy is more or less than its power over that time can be")                         \
	X(UNMEASURED_IMPOSSIBLE, "unmeasured-impossible", COUNTERS, CONTRAINDICATED,                         \
	  "more unmeasured time than there was time")                                                       \
	X(SAMPLES_IMPOSSIBLE, "samples-impossible", COUNTERS, CONTRAINDICATED,                               \
	  "more samples than the sampling period allows")                                                   \
	X(POWER_IMPOSSIBLE, "power-impossible", COUNTERS, CONTRAINDICATED,                                   \
	  "least, last and greatest power contradict each other or the number of samples")                  \
	X(POWER_OVER_NAMEPLATE, "power-over-nameplate", COUNTERS, CONTRAINDICATED,                           \
	  "an input shows more than 120 % of the rig's nameplate power")                                    \
	X(TRANSFERS_IMPOSSIBLE, "transfers-impossible", COUNTERS, CONTRAINDICATED, "bytes without a transfer") \
	X(WINDOW_INCOMPLETE, "window-incomplete", COUNTERS, CONTRAINDICATED,                                 \
	  "a WINDOW record does not list exactly the sources and devices that were there")                  \
	X(ID_IMPOSSIBLE, "id-impossible", COUNTERS, CONTRAINDICATED,                                         \
	  "an id given twice, or something removed that was not there")                                     \
	X(TOO_MANY, "too-many", COUNTERS, CONTRAINDICATED,                                                   \
	  "more sources or devices at a time than the module writes")                                       \
	X(WINDOW_GAP, "window-gap", TIME, CONTRAINDICATED,                                                   \
	  "a window does not begin where the one before ended")                                             \
	X(BOOTTIME_BACKWARDS, "boottime-backwards", TIME, CONTRAINDICATED,                                   \
	  "a record's time is before that of the record before it")                                         \
	X(CLOCK_UNEXPLAINED, "clock-unexplained", TIME, CONTRAINDICATED,                                     \
	  "the clock was set and no TIME record says so")                                                   \
	X(CLOCK_STEPPED, "clock-stepped", TIME, WARNING, "the clock was set by more than a minute, at once or within a day")          \
	X(REALTIME_BACKWARDS, "realtime-backwards", TIME, WARNING,                                           \
	  "a log begins at an earlier time of day than the log before it ended")                            \
	X(GAP_CLOCK, "gap-clock", TIME, WARNING,                                                             \
	  "between two logs the clock went on by less than the time that passed: the longer is charged")    \
	X(SIGNED_EARLY, "signed-early", TIME, WARNING, "an attestation is older than the records it carries") \
	X(SIGNED_AHEAD, "signed-ahead", TIME, WARNING,                                                       \
	  "an attestation or its records are more than five minutes ahead of the time it is judged at")     \
	X(DEVICE_NOT_REGISTERED, "device-not-registered", DEVICES, CONTRAINDICATED,                          \
	  "a device worked that is not in the registration")                                                \
	X(DEVICE_CLONED, "device-cloned", DEVICES, CONTRAINDICATED,                                          \
	  "two devices at a time claim to be the same registered one")                                      \
	X(DEVICE_IDLE, "device-idle", DEVICES, WARNING, "a device is there that is not in the registration; it was sent nothing") \
	X(DEVICE_ABSENT, "device-absent", DEVICES, WARNING, "a registered device is not there")              \
	X(DEVICE_UNIDENTIFIED, "device-unidentified", DEVICES, WARNING,                                      \
	  "a device was plugged in before the first attestation looked at, so nothing says what it is")     \
	X(SOURCE_SILENT, "source-silent", SOURCES, CONTRAINDICATED,                                          \
	  "a registered input is not there or gave no good sample in the newest window")                    \
	X(SOURCE_CONTRADICTED, "source-contradicted", SOURCES, CONTRAINDICATED,                              \
	  "inputs, checks and outputs disagree by more than twice their classes over ten minutes")          \
	X(SOURCE_MIRRORED, "source-mirrored", SOURCES, CONTRAINDICATED,                                      \
	  "two inputs count exactly the same while the power changes: one is a copy of the other")          \
	X(SOURCE_CHECK_SILENT, "source-check-silent", SOURCES, WARNING,                                      \
	  "a registered check or output source is not there or gave no good sample in the newest window")   \
	X(SOURCE_PARTLY_SILENT, "source-partly-silent", SOURCES, WARNING,                                    \
	  "more than a tenth of a registered input's reads failed or were refused")                         \
	X(SOURCE_CHECK_PARTLY_SILENT, "source-check-partly-silent", SOURCES, WARNING,                        \
	  "for more than a minute and a tenth of the time a registered check or output measured nothing")   \
	X(SOURCE_FROZEN, "source-frozen", SOURCES, WARNING,                                                  \
	  "an input's power did not change in the last bit for ten minutes while devices worked")           \
	X(SOURCE_AMBIGUOUS, "source-ambiguous", SOURCES, WARNING,                                            \
	  "two sources at a time match the same registered one; both are counted")                          \
	X(SOURCE_UNIDENTIFIED, "source-unidentified", SOURCES, WARNING,                                      \
	  "a source was found before the first attestation looked at, so nothing says what it is")          \
	X(SAMPLING_COARSE, "sampling-coarse", SOURCES, WARNING,                                              \
	  "the module was loaded to sample so seldom that power between two samples can hide")              \
	X(CALIBRATION_EXPIRED, "calibration-expired", SOURCES, WARNING, "a registered source's calibration has expired") \
	X(ACTIVITY_UNOBSERVED, "activity-unobserved", ACTIVITY, WARNING,                                     \
	  "no probe counts what the devices do")                                                            \
	X(ACTIVITY_PARTLY_UNOBSERVED, "activity-partly-unobserved", ACTIVITY, WARNING,                       \
	  "for more than five minutes and a hundredth of the time no probe counted what the devices did")   \
	X(PROBE_DETACHED, "probe-detached", INTEGRITY, CONTRAINDICATED,                                      \
	  "a probe of the agent's was detached, or what probes hang on was switched off")                   \
	X(AGENT_TRACED, "agent-traced", INTEGRITY, CONTRAINDICATED,                                          \
	  "a program traced the agent or opened its memory")                                                \
	X(BPF_LOADED, "bpf-loaded", INTEGRITY, WARNING,                                                      \
	  "a BPF program was loaded that can read the kernel's memory")                                     \
	X(RAW_OPENED, "raw-opened", INTEGRITY, WARNING,                                                      \
	  "memory, I/O ports or an I2C bus were opened beneath the drivers")                                \
	X(SENSOR_WRITTEN, "sensor-written", INTEGRITY, WARNING,                                              \
	  "a setting of a sensor was written that may change what it reads")                                \
	X(SOURCE_UNBOUND, "source-unbound", INTEGRITY, WARNING, "a driver was unbound from a meter")          \
	X(KEXEC_LOADED, "kexec-loaded", INTEGRITY, WARNING,                                                  \
	  "another kernel was loaded, to be booted past the firmware")                                      \
	X(CLOCK_SLEWED, "clock-slewed", INTEGRITY, WARNING,                                                  \
	  "the clock was made to run more than a thousandth too fast or too slow")                          \
	X(MODULE_LOADED, "module-loaded", INTEGRITY, WARNING,                                                \
	  "a kernel module was loaded that taints the kernel: unsigned, out of tree, forced or a patch")    \
	X(INTEGRITY_UNWATCHED, "integrity-unwatched", INTEGRITY, WARNING,                                    \
	  "for more than five minutes and a hundredth of the time not all integrity probes were attached")  \
	X(MODULE_NOT_REGISTERED, "module-not-registered", SOFTWARE, CONTRAINDICATED,                         \
	  "the registration names modules, and the one that was loaded is none of them")                     \
	X(PROBE_NOT_REGISTERED, "probe-not-registered", SOFTWARE, CONTRAINDICATED,                           \
	  "the registration names probes, and one that was announced is none of them")                       \
	X(FILE_NOT_REGISTERED, "file-not-registered", SOFTWARE, CONTRAINDICATED,                             \
	  "the host ran or loaded a registered file with another content, or while it was written")          \
	X(MEASUREMENTS_BROKEN, "measurements-broken", SOFTWARE, CONTRAINDICATED,                             \
	  "IMA's list has a hole, cannot be read or does not lead to the quoted PCR 10")                     \
	X(LOG_NOT_MEASURED, "log-not-measured", SOFTWARE, CONTRAINDICATED,                                   \
	  "IMA's list has the beginnings of logs, and this log's is not among them: it was made up")         \
	X(FILE_NOT_MEASURED, "file-not-measured", SOFTWARE, WARNING,                                         \
	  "a registered file is not in IMA's list, though a quote vouches for all of it")                    \
	X(RECORDS_LOST, "records-lost", LOSSES, CONTRAINDICATED,                                             \
	  "the kernel could not write or keep a record that matters")                                       \
	X(WITNESS_LOST, "witness-lost", LOSSES, WARNING,                                                     \
	  "the TPM was not extended with some steps: nothing outside the kernel witnesses those")            \
	X(PRUNED_UNDECLARED, "pruned-undeclared", LOSSES, WARNING,                                           \
	  "more WINDOW bodies are gone than LOST records account for so far")                               \
	X(NONCE_MISSING, "nonce-missing", FRESHNESS, CONTRAINDICATED,                                        \
	  "no attestation carries a nonce, though one was asked for")                              \
	X(NONCE_OTHER, "nonce-other", FRESHNESS, CONTRAINDICATED,                                            \
	  "another nonce was answered, not the one asked for: it is not fresh")                                  \
	X(NONCE_NOT_IN_LOG, "nonce-not-in-log", FRESHNESS, CONTRAINDICATED,                                  \
	  "the nonce was signed, but the kernel's WINDOW record before that does not carry it")                  \
	X(ANSWERED_LATE, "answered-late", FRESHNESS, WARNING,                                                \
	  "the nonce was answered, more than five minutes before the time it is judged at")                 \
	X(QUOTE_SIGNATURE, "quote-signature", WITNESS, CONTRAINDICATED,                                      \
	  "a quote is not signed by the attestation key of the registration")                                \
	X(QUOTE_MALFORMED, "quote-malformed", WITNESS, CONTRAINDICATED,                                      \
	  "a quote is no whole TPMS_ATTEST of type quote that a TPM made")                                   \
	X(QUOTE_OTHER, "quote-other", WITNESS, CONTRAINDICATED,                                              \
	  "a quote is bound to another attestation or nonce, or the attestation was changed")                \
	X(QUOTE_SELECTION, "quote-selection", WITNESS, CONTRAINDICATED,                                      \
	  "a quote leaves out a PCR or bank that it must be over, or a value was never said")                \
	X(QUOTE_MISSING, "quote-missing", WITNESS, CONTRAINDICATED,                                          \
	  "an attestation has no quote, though the rig says that its key is in its TPM")                     \
	X(WITNESS_OTHER, "witness-other", WITNESS, CONTRAINDICATED,                                          \
	  "a quote is of no state of this log: others extended the PCR, or it is another log")               \
	X(WITNESS_START, "witness-start", WITNESS, CONTRAINDICATED,                                          \
	  "a log does not begin where the one before it left the PCR, in one life of the TPM")               \
	X(TPM_ROLLED_BACK, "tpm-rolled-back", WITNESS, CONTRAINDICATED,                                      \
	  "the TPM's resets, restarts or clock ran backwards: an older state was brought back")              \
	X(RESET_WITHOUT_LOAD, "reset-without-load", WITNESS, CONTRAINDICATED,                                \
	  "the TPM was reset and the log goes on as if the host had not been")                               \
	X(WITNESS_BETWEEN, "witness-between", WITNESS, WARNING,                                              \
	  "the PCR was extended before a log began, and no log that was read accounts for it")               \
	X(WITNESS_MISSING, "witness-missing", WITNESS, WARNING,                                              \
	  "the module was loaded without a PCR that can be a witness, though the rig has a TPM")             \
	X(ANCHOR_MISSING, "anchor-missing", WITNESS, CONTRAINDICATED,                                        \
	  "a log whose witness is a TPM begins without keys for its windows: no kernel module wrote it")       \
	X(KEY_OUTSIDE, "key-outside", WITNESS, WARNING,                                                      \
	  "the registration has a TPM, and the rig says that its key is in a file")                          \
	X(BOOT_CHANGED, "boot-changed", BOOT, WARNING,                                                       \
	  "PCRs differ from those that the rig was registered with")                                         \
	X(BOOT_PAST_FIRMWARE, "boot-past-firmware", BOOT, WARNING,                                           \
	  "the kernel was booted by another one (kexec), and not by the firmware, which measures")           \
	X(BOOT_NOT_SHOWN, "boot-not-shown", BOOT, WARNING,                                                   \
	  "registered PCRs are not in the quotes")                                                           \
	X(GRANT_REFUSED, "grant-refused", GRANTS, CONTRAINDICATED,                                           \
	  "a grant is malformed, forged or not signed by an energy platform; it was not used")              \
	X(GRANT_CONFLICT, "grant-conflict", GRANTS, CONTRAINDICATED,                                         \
	  "two different grants with the same id, or a rig that names one with another content")            \
	X(GRANT_OTHER_LICENCE, "grant-other-licence", GRANTS, WARNING,                                       \
	  "a grant for this rig is to another licence or zone than the registered one; it was not used")    \
	X(GRANT_MISSING, "grant-missing", GRANTS, WARNING,                                                   \
	  "the rig or the state names a grant that was not given")                                          \
	X(NOTICE_REFUSED, "notice-refused", GRANTS, CONTRAINDICATED,                                         \
	  "a notice is malformed, forged or its signer may not give it; it was not followed")               \
	X(NOTICE_LATE, "notice-late", GRANTS, WARNING,                                                      \
	  "a notice came so late that what it changes could not be dealt anew wholly")                      \
	X(ALLOTMENT_REFUSED, "allotment-refused", GRANTS, CONTRAINDICATED,                                   \
	  "an allotment is malformed, forged or its signer may sign none; it was not used")                 \
	X(ALLOTMENT_OTHER_SITE, "allotment-other-site", GRANTS, CONTRAINDICATED,                             \
	  "an allotment is not signed with the site key that its grant names; it was not used")             \
	X(ALLOTMENT_OTHER_GRANT, "allotment-other-grant", GRANTS, CONTRAINDICATED,                           \
	  "an allotment divides a grant with another content than the one given; it was not used")          \
	X(ALLOTMENT_BEYOND_GRANT, "allotment-beyond-grant", GRANTS, CONTRAINDICATED,                         \
	  "an allotment reaches beyond its grant's delivery window or energy; it was not used")             \
	X(ALLOTMENT_WITHOUT_GRANT, "allotment-without-grant", GRANTS, WARNING,                               \
	  "an allotment's grant was not given or not accepted; the allotment was not used")                 \
	X(INPUT_NOT_REGISTERED, "input-not-registered", ENERGY, CONTRAINDICATED,                             \
	  "the registration names no input source: nothing measures the rig")                               \
	X(ENERGY_EXCEEDED, "energy-exceeded", ENERGY, CONTRAINDICATED,                                       \
	  "more energy was used than had been bought for that time")                                        \
	X(ENERGY_INQUIRE, "energy-inquire", ENERGY, WARNING,                                                 \
	  "the best estimate fits what was bought, the upper bound does not")                               \
	X(ENERGY_PARTLY_UNKNOWN, "energy-partly-unknown", ENERGY, WARNING,                                   \
	  "some windows lie before the inputs could be identified; their energy is not counted")            \
	X(OFF_NOT_BORNE_OUT, "off-not-borne-out", ENERGY, WARNING,                                              \
	  "the rig is said to have been off and no meter bears it out: the upper bound charges that time")      \
	X(OFF_CONTRADICTED, "off-contradicted", ENERGY, WARNING,                                                \
	  "the rig is said to have been off and a meter counted on meanwhile: the time is charged")             \
	X(CURTAILMENT_EXCEEDED, "curtailment-exceeded", CURTAILMENT, CONTRAINDICATED,                        \
	  "more power was drawn on the mean than a curtailment allowed, even on the low bound")             \
	X(CURTAILMENT_INQUIRE, "curtailment-inquire", CURTAILMENT, WARNING,                                  \
	  "the best estimate of the mean power is above what a curtailment allowed, the low bound is not")

#define WT_REASON_ENUM(name, code, check, tier, meaning) WT_##name,
enum wt_reason_id { WT_REASONS(WT_REASON_ENUM) WT_REASON_IDS };
#undef WT_REASON_ENUM

#endif
