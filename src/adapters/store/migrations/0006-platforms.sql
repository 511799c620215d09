-- What several chat platforms at once need: an alert that stands on one of them is not posted there again while another is waited for.
ALTER TABLE alerts ADD COLUMN IF NOT EXISTS stands_on jsonb NOT NULL DEFAULT '{}';
