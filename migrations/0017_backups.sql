-- When the last backups were made, and failed, without reading the whole log.
CREATE INDEX watchdxg_log_backup ON watchdxg_log (event, time) WHERE event IN ('backup_made', 'backup_failed');
