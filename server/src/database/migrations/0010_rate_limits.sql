CREATE TABLE "rate_limit_logs" (
	"name" text PRIMARY KEY NOT NULL,
	"first" bigint DEFAULT 0 NOT NULL,
	"next" bigint DEFAULT 0 NOT NULL,
	"used_at" timestamptz(6) DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rate_limit_times" (
	"name" text NOT NULL,
	"slot" integer NOT NULL,
	"at" double precision NOT NULL,
	CONSTRAINT "rate_limit_times_name_slot_pk" PRIMARY KEY("name","slot")
);
--> statement-breakpoint
ALTER TABLE "rate_limit_logs" SET UNLOGGED;--> statement-breakpoint
ALTER TABLE "rate_limit_times" SET UNLOGGED;--> statement-breakpoint
-- Counts a request (or only looks, without is_wanted) against limits, against all or none; server/src/rate-limits/shared.ts.
CREATE FUNCTION count_rate_limits(names text[], mosts integer[], windows double precision[], is_wanted boolean)
RETURNS TABLE (used integer, frees_in double precision, is_taken boolean)
LANGUAGE plpgsql AS $$
DECLARE
  now_ms double precision;
  fits boolean := true;
  firsts bigint[] := '{}';
  nexts bigint[] := '{}';
  f bigint;
  n bigint;
  oldest double precision;
BEGIN
  IF is_wanted THEN
    INSERT INTO rate_limit_logs (name) SELECT one FROM unnest(names) AS one ORDER BY one ON CONFLICT DO NOTHING;
    -- In one order by all, so that no two wait for each other.
    PERFORM 1 FROM rate_limit_logs l WHERE l.name = ANY(names) ORDER BY l.name FOR UPDATE;
  END IF;
  now_ms := extract(epoch FROM clock_timestamp()) * 1000;
  FOR i IN 1..cardinality(names) LOOP
    SELECT l.first, l.next INTO f, n FROM rate_limit_logs l WHERE l.name = names[i];
    f := coalesce(f, 0);
    n := coalesce(n, 0);
    SELECT t.at INTO oldest FROM rate_limit_times t WHERE t.name = names[i] AND t.slot = (n - 1) % mosts[i];
    IF oldest <= now_ms - windows[i] THEN f := n; END IF;
    WHILE f < n LOOP
      SELECT t.at INTO oldest FROM rate_limit_times t WHERE t.name = names[i] AND t.slot = f % mosts[i];
      EXIT WHEN oldest > now_ms - windows[i];
      f := f + 1;
    END LOOP;
    firsts := firsts || f;
    nexts := nexts || n;
    fits := fits AND n - f < mosts[i];
  END LOOP;
  FOR i IN 1..cardinality(names) LOOP
    IF is_wanted AND fits THEN
      INSERT INTO rate_limit_times (name, slot, at) VALUES (names[i], nexts[i] % mosts[i], now_ms)
        ON CONFLICT (name, slot) DO UPDATE SET at = excluded.at;
      nexts[i] := nexts[i] + 1;
    END IF;
    IF is_wanted THEN
      UPDATE rate_limit_logs l SET first = firsts[i], next = nexts[i], used_at = now() WHERE l.name = names[i];
    END IF;
    used := nexts[i] - firsts[i];
    frees_in := 0;
    IF used > 0 THEN
      SELECT t.at + windows[i] - now_ms INTO frees_in
        FROM rate_limit_times t WHERE t.name = names[i] AND t.slot = firsts[i] % mosts[i];
    END IF;
    is_taken := is_wanted AND fits;
    RETURN NEXT;
  END LOOP;
END
$$;
