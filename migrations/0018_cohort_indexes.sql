-- The members of a cohort, without reading every user of its account.
CREATE INDEX watchdxg_signal_template ON watchdxg_signal (account_id, month, template_key) WHERE template_key IS NOT NULL;
CREATE INDEX watchdxg_signal_bio ON watchdxg_signal (account_id, month, bio_key) WHERE bio_key IS NOT NULL;
CREATE INDEX watchdxg_signal_link ON watchdxg_signal (account_id, month, link_key) WHERE link_key IS NOT NULL;
