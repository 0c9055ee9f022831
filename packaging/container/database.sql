-- What the scraper's own set-up would make first: its role, with the one password of compose.yaml, as the owner of the
-- schema.  PostgreSQL's image runs this once, as the superuser, in the database POSTGRES_DB of a new volume.  The server
-- logs in as this role from the start, so that all tables have one owner, whoever comes first: the scraper's set-up
-- grants itself rights on every table there is, which only their owner may.
\getenv password POSTGRES_PASSWORD
CREATE ROLE watchdxg LOGIN PASSWORD :'password';
ALTER SCHEMA public OWNER TO watchdxg;
