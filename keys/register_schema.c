// SPDX-License-Identifier: Apache-2.0
/* The register's tables and every statement that is run on them. */
#include "keys/register_db.h"

/*
 * Neither changed nor taken away, nor put in the place of another (INSERT OR REPLACE fires no
 * DELETE trigger).
 */
#define APPEND_ONLY(table, taken)                                           \
	"CREATE TRIGGER " table "_stay BEFORE UPDATE ON " table             \
	" BEGIN SELECT raise(ABORT, 'the register is only added to'); END;" \
	"CREATE TRIGGER " table "_kept BEFORE DELETE ON " table             \
	" BEGIN SELECT raise(ABORT, 'the register is only added to'); END;" \
	"CREATE TRIGGER " table "_once BEFORE INSERT ON " table             \
	" WHEN EXISTS (SELECT 1 FROM " table " WHERE " taken ")"            \
	" BEGIN SELECT raise(ABORT, 'is in the register already'); END;"

#define OBJECT                                                                           \
	"n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),"        \
	" issued_at INTEGER NOT NULL, digest BLOB NOT NULL CHECK (length(digest) = 32)," \
	" cose BLOB NOT NULL, "

const char register_schema[] =
	"CREATE TABLE registrations(" OBJECT
	" ueid BLOB NOT NULL CHECK (length(ueid) = 17), rig TEXT NOT NULL, licence TEXT NOT NULL,"
	" zone TEXT NOT NULL, nameplate_w INTEGER NOT NULL, not_before INTEGER NOT NULL,"
	" not_after INTEGER NOT NULL, renews BLOB REFERENCES registrations(id)) STRICT;"
	"CREATE INDEX registrations_by_ueid ON registrations(ueid);"
	"CREATE INDEX registrations_by_rig ON registrations(rig);"
	"CREATE TABLE devices(n INTEGER PRIMARY KEY,"
	" registration BLOB NOT NULL REFERENCES registrations(id),"
	" bus INTEGER NOT NULL, vid INTEGER NOT NULL, pid INTEGER NOT NULL,"
	" serial TEXT NOT NULL) STRICT;"
	"CREATE INDEX devices_by_serial ON devices(serial);"
	"CREATE TABLE sites(n INTEGER PRIMARY KEY, x5t BLOB NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE,"
	" not_before INTEGER NOT NULL, not_after INTEGER NOT NULL, issued_at INTEGER NOT NULL,"
	" cert BLOB NOT NULL) STRICT;"
	"CREATE TABLE grants(" OBJECT
	" transaction_id TEXT NOT NULL UNIQUE, ueid BLOB, site BLOB, licence TEXT NOT NULL,"
	" zone TEXT NOT NULL, not_before INTEGER NOT NULL, not_after INTEGER NOT NULL,"
	" wh INTEGER NOT NULL CHECK (wh BETWEEN 1 AND 1000000), content BLOB NOT NULL,"
	" CHECK ((ueid IS NULL) <> (site IS NULL))) STRICT;"
	"CREATE TABLE allotments(" OBJECT
	" grant_id BLOB NOT NULL REFERENCES grants(id), ueid BLOB NOT NULL CHECK (length(ueid) = 17),"
	" not_before INTEGER NOT NULL, not_after INTEGER NOT NULL,"
	" wh INTEGER NOT NULL CHECK (wh BETWEEN 1 AND 1000000)) STRICT;"
	"CREATE INDEX allotments_by_grant ON allotments(grant_id);"
	"CREATE TABLE notices(" OBJECT
	" kind INTEGER NOT NULL, scope INTEGER NOT NULL, target BLOB, text TEXT,"
	" starts INTEGER NOT NULL, ends INTEGER, max_w INTEGER, reason TEXT NOT NULL) STRICT;"
	"CREATE INDEX notices_by_target ON notices(target);"
	"CREATE TABLE revocations(n INTEGER PRIMARY KEY, issuer TEXT NOT NULL, serial BLOB NOT NULL,"
	" name TEXT NOT NULL, revoked_at INTEGER NOT NULL, cert BLOB NOT NULL,"
	" UNIQUE (issuer, serial)) STRICT;"
	/* a registration as it stands: a notice of the registry ends it early */
	"CREATE VIEW standing AS SELECT *, min(not_after, ifnull((SELECT min(starts) FROM notices"
	" WHERE kind = 2 AND target = registrations.id), not_after)) AS ends FROM registrations;"
	/* clang-format off */
	APPEND_ONLY("registrations", "n = NEW.n OR id = NEW.id")
	APPEND_ONLY("devices", "n = NEW.n")
	APPEND_ONLY("sites", "n = NEW.n OR x5t = NEW.x5t OR name = NEW.name")
	APPEND_ONLY("grants", "n = NEW.n OR id = NEW.id OR transaction_id = NEW.transaction_id")
	APPEND_ONLY("allotments", "n = NEW.n OR id = NEW.id")
	APPEND_ONLY("notices", "n = NEW.n OR id = NEW.id")
	APPEND_ONLY("revocations", "n = NEW.n OR (issuer = NEW.issuer AND serial = NEW.serial)")
	"PRAGMA application_id = 2002875495;" /* "watg" */
	"PRAGMA user_version = 1;";

const char register_schema_2[] =
	"CREATE TABLE enrolments(n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),"
	" ueid BLOB NOT NULL CHECK (length(ueid) = 17), rig TEXT NOT NULL, made_at INTEGER NOT NULL,"
	" not_after INTEGER NOT NULL, secret BLOB NOT NULL CHECK (length(secret) = 32),"
	" request BLOB NOT NULL) STRICT;"
	"CREATE INDEX enrolments_by_ueid ON enrolments(ueid);"
	"CREATE TABLE enrolled(n INTEGER PRIMARY KEY,"
	" enrolment BLOB NOT NULL UNIQUE REFERENCES enrolments(id),"
	" registration BLOB NOT NULL REFERENCES registrations(id) DEFERRABLE INITIALLY DEFERRED,"
	" at INTEGER NOT NULL) STRICT;"
	APPEND_ONLY("enrolments", "n = NEW.n OR id = NEW.id")
	APPEND_ONLY("enrolled", "n = NEW.n OR enrolment = NEW.enrolment")
	"PRAGMA user_version = 2;";

#define RIG "id, ueid, rig, licence, zone, nameplate_w, ends"
#define HEX(column) "lower(hex(" column ")) AS " column

const char *const register_sql[SQL_COUNT] = {
	[SQL_PUT_REGISTRATION] =
		"INSERT INTO registrations(id, issued_at, digest, cose, ueid, rig, licence, zone,"
		" nameplate_w, not_before, not_after, renews)"
		" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
	[SQL_PUT_DEVICE] =
		"INSERT INTO devices(registration, bus, vid, pid, serial) VALUES(?1, ?2, ?3, ?4, ?5)",
	[SQL_PUT_GRANT] =
		"INSERT INTO grants(id, issued_at, digest, cose, transaction_id, ueid, site, licence,"
		" zone, not_before, not_after, wh, content)"
		" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
	[SQL_PUT_ALLOTMENT] =
		"INSERT INTO allotments(id, issued_at, digest, cose, grant_id, ueid, not_before,"
		" not_after, wh) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	[SQL_PUT_NOTICE] =
		"INSERT INTO notices(id, issued_at, digest, cose, kind, scope, target, text, starts,"
		" ends, max_w, reason) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
	[SQL_PUT_SITE] =
		"INSERT INTO sites(x5t, name, not_before, not_after, issued_at, cert)"
		" VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
	[SQL_PUT_REVOCATION] =
		"INSERT INTO revocations(issuer, serial, name, revoked_at, cert)"
		" SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS"
		" (SELECT 1 FROM revocations WHERE issuer = ?1 AND serial = ?2)",
	[SQL_DEVICE_TAKEN] =
		"SELECT s.rig, s.not_before, s.ends FROM devices d JOIN standing s ON s.id = d.registration"
		" WHERE d.serial = ?1 AND d.bus = ?2 AND d.vid = ?3 AND d.pid = ?4 AND s.ueid <> ?5"
		" AND s.not_before < ?7 AND s.ends > ?6 LIMIT 1",
	[SQL_SHARES] = "SELECT ifnull((SELECT sum(wh) FROM allotments WHERE grant_id = ?1), 0),"
		       " ifnull((SELECT wh FROM grants WHERE id = ?1), 0)",
	[SQL_BY_TRANSACTION] =
		"SELECT id, content, digest, cose FROM grants WHERE transaction_id = ?1",
	[SQL_BY_GRANT_ID] = "SELECT id, content, digest, cose FROM grants WHERE id = ?1",
	[SQL_BY_UEID] = "SELECT " RIG " FROM standing WHERE ueid = ?1 AND not_before <= ?2 AND ends > ?2"
			" ORDER BY ends DESC, n DESC",
	[SQL_BY_RIG_NAME] =
		"SELECT " RIG " FROM standing WHERE rig = ?1 AND not_before <= ?2 AND ends > ?2"
		" ORDER BY ends DESC, n DESC",
	[SQL_SITE_BY_X5T] = "SELECT x5t FROM sites WHERE x5t = ?1 AND not_before <= ?2 AND not_after > ?2",
	[SQL_SITE_BY_NAME] =
		"SELECT x5t FROM sites WHERE name = ?1 AND not_before <= ?2 AND not_after > ?2",
	[SQL_OBJECT] = "SELECT 1, cose FROM registrations WHERE id = ?1"
		       " UNION ALL SELECT 2, cose FROM grants WHERE id = ?1"
		       " UNION ALL SELECT 3, cose FROM allotments WHERE id = ?1"
		       " UNION ALL SELECT 4, cose FROM notices WHERE id = ?1",
	[SQL_EACH_SHARE] = "SELECT ueid, cose FROM allotments WHERE grant_id = ?1 ORDER BY n",
	[SQL_PUT_ENROLMENT] =
		"INSERT INTO enrolments(id, ueid, rig, made_at, not_after, secret, request)"
		" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[SQL_PUT_ENROLLED] = "INSERT INTO enrolled(enrolment, registration, at) VALUES(?1, ?2, ?3)",
	[SQL_ENROLMENT] =
		"SELECT ueid, rig, made_at, not_after, secret, request,"
		" (SELECT registration FROM enrolled WHERE enrolment = e.id),"
		" EXISTS (SELECT 1 FROM enrolments WHERE ueid = e.ueid AND n > e.n)"
		" FROM enrolments e WHERE id = ?1",
	[SQL_STANDING] = "SELECT id, rig, ends FROM standing WHERE ueid = ?1 AND ends > ?2"
			 " ORDER BY ends DESC, n DESC LIMIT 1",
	[SQL_KEY_TAKEN] = "SELECT rig, ends FROM standing WHERE ueid = ?1 AND rig <> ?2"
			  " AND not_before < ?4 AND ends > ?3 LIMIT 1",
	[SQL_LIST + REGISTER_REGISTRATIONS] =
		"SELECT " HEX("id") ", rig, " HEX("ueid") ", licence, zone, nameplate_w,"
		" (SELECT count(*) FROM devices d WHERE d.registration = standing.id) AS serials,"
		" not_before AS not_before_s, not_after AS not_after_s,"
		" CASE WHEN ends < not_after THEN ends END AS revoked_from_s,"
		" CASE WHEN renews IS NOT NULL THEN lower(hex(renews)) END AS renews,"
		" issued_at AS issued_at_s, " HEX("digest") " FROM standing ORDER BY n",
	[SQL_LIST + REGISTER_GRANTS] =
		"SELECT " HEX("id") ", transaction_id AS \"transaction\","
		" CASE WHEN ueid IS NOT NULL THEN lower(hex(ueid)) END AS ueid,"
		" CASE WHEN site IS NOT NULL THEN ifnull((SELECT name FROM sites WHERE x5t = site),"
		" lower(hex(site))) END AS site, licence, zone, not_before AS not_before_s,"
		" not_after AS not_after_s, wh AS energy_wh, ifnull((SELECT sum(wh) FROM allotments"
		" WHERE grant_id = grants.id), 0) AS allotted_wh,"
		" (SELECT min(starts) FROM notices WHERE kind = 1 AND target = grants.id) AS revoked_from_s,"
		" issued_at AS issued_at_s, " HEX("digest") " FROM grants ORDER BY n",
	[SQL_LIST + REGISTER_ALLOTMENTS] =
		"SELECT " HEX("id") ", lower(hex(grant_id)) AS grant_id,"
		" (SELECT transaction_id FROM grants g WHERE g.id = grant_id) AS \"transaction\","
		" lower(hex(ueid)) AS ueid, wh AS energy_wh, not_before AS not_before_s, not_after AS not_after_s,"
		" issued_at AS issued_at_s, " HEX("digest") " FROM allotments ORDER BY n",
	[SQL_LIST + REGISTER_NOTICES] =
		"SELECT " HEX("id") ", CASE kind WHEN 1 THEN 'revoke-grant' WHEN 2 THEN"
		" 'revoke-registration' WHEN 3 THEN 'curtail' ELSE 'off' END AS kind,"
		" CASE scope WHEN 1 THEN 'object' WHEN 2 THEN 'rig' WHEN 3 THEN 'licence'"
		" ELSE 'zone' END AS scope, ifnull(text, lower(hex(target))) AS target,"
		" starts AS from_s, ends AS to_s, max_w, reason, issued_at AS issued_at_s, "
		HEX("digest") " FROM notices ORDER BY n",
	[SQL_LIST + REGISTER_SITES] =
		"SELECT name, " HEX("x5t") ", not_before AS not_before_s, not_after AS not_after_s,"
		" issued_at AS issued_at_s FROM sites ORDER BY n",
	[SQL_LIST + REGISTER_ENROLMENTS] =
		"SELECT " HEX("id") ", rig, " HEX("ueid") ", made_at AS made_at_s,"
		" not_after AS answer_before_s, (SELECT lower(hex(registration)) FROM enrolled"
		" WHERE enrolment = enrolments.id) AS registration FROM enrolments ORDER BY n",
};

const char *const register_list_names[REGISTER_LISTS] = {
	"registrations", "grants", "allotments", "notices", "sites", "enrolments",
};
/* clang-format on */
