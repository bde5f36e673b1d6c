-- The segments of docs/guides/complete-journey.md once more, by hand: plain SQL over the Parquet files, written from
-- docs/language/meaning.md and without anything of Satsuma. `$data` stands for the folder of the files. What comes before
-- the first `-- segment:` prepares the tables, once. Each query then gives the households of one segment at the instant
-- `getvariable('now')` (UTC), in the order of the file; what it gives is put into `member`, for the queries after it.
--
-- Amounts are whole cents. `utc` is the instant; `local` is what clocks showed in the shops, `day` its date.

CREATE MACRO to_local(utc) AS utc AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York';
CREATE MACRO to_utc(wall) AS wall AT TIME ZONE 'America/New_York' AT TIME ZONE 'UTC';
CREATE MACRO moment() AS getvariable('now')::TIMESTAMP;
CREATE MACRO today() AS to_local(moment())::DATE;
-- A day is 24 hours, so these count from the instant, whatever clocks did.
CREATE MACRO days_ago(n) AS moment() - to_hours(24 * n);

CREATE TABLE bought AS
SELECT
    household_id::VARCHAR AS household, basket_id || '-' || t.product_id AS id, t.product_id, store_id, basket_id,
    transaction_timestamp AS utc, to_local(transaction_timestamp) AS local, to_local(transaction_timestamp)::DATE AS day,
    round(sales_value * 100)::BIGINT AS cents, round(coupon_disc * 100)::BIGINT AS coupon_cents,
    department, product_category AS category, product_type AS type, brand
FROM '$data/transactions.parquet' AS t LEFT JOIN '$data/products.parquet' AS p USING (product_id);

CREATE VIEW purchase AS SELECT * FROM bought WHERE utc <= moment();

CREATE TABLE redeemed AS
SELECT
    household_id::VARCHAR AS household, to_utc(redemption_date) AS utc, redemption_date::DATE AS day,
    start_date::DATE AS campaign_start
FROM '$data/coupon_redemptions.parquet' JOIN '$data/campaign_descriptions.parquet' USING (campaign_id);

CREATE TABLE household AS
SELECT b.household, first_store, age, income, marital_status, d.household_id IS NOT NULL AS described
FROM (SELECT household, arg_min(store_id, (utc, basket_id)) AS first_store FROM bought GROUP BY ALL) AS b
LEFT JOIN '$data/demographics.parquet' AS d ON d.household_id::VARCHAR = b.household;

CREATE TABLE targeted AS
SELECT
    household_id::VARCHAR AS household, campaign_id, campaign_type, start_date::DATE AS campaign_start, end_date::DATE AS campaign_end
FROM '$data/campaigns.parquet' JOIN '$data/campaign_descriptions.parquet' USING (campaign_id);

CREATE TABLE member (segment VARCHAR, utc TIMESTAMP, household VARCHAR);

-- segment: Meat lovers
SELECT household FROM purchase
WHERE utc > days_ago(90) AND department = 'MEAT'
GROUP BY household HAVING count(*) >= 20;

-- segment: Lapsed
SELECT household FROM purchase
GROUP BY household HAVING max(utc) <= days_ago(60);

-- segment: Quick redeemers
SELECT DISTINCT household FROM redeemed
WHERE utc <= moment() AND day <= campaign_start + 14;

-- segment: Top spenders
WITH spent AS (
    SELECT household, coalesce(sum(cents) FILTER (utc > days_ago(365)), 0) AS cents
    FROM household LEFT JOIN purchase USING (household) GROUP BY household
), ranked AS (
    SELECT household, row_number() OVER (ORDER BY cents DESC, household) AS place FROM spent
)
SELECT household FROM ranked WHERE place <= (SELECT ceil(count(*) * 5 / 100) FROM household);

-- segment: Pasta, then sauce
SELECT DISTINCT household
FROM (SELECT * FROM purchase WHERE category = 'DRY NOODLES/PASTA' AND utc > days_ago(90)) AS pasta
JOIN (SELECT * FROM purchase WHERE category = 'PASTA SAUCE') AS sauce USING (household)
WHERE (pasta.utc, pasta.id) < (sauce.utc, sauce.id) AND sauce.utc <= pasta.utc + to_days(7);

-- segment: Out of coffee
WITH coffee AS (
    SELECT household, utc, lead(utc) OVER (PARTITION BY household ORDER BY utc, id) AS next_at
    FROM purchase WHERE category = 'COFFEE'
)
SELECT DISTINCT household FROM coffee
WHERE utc > days_ago(180) AND utc <= days_ago(60) AND (next_at IS NULL OR next_at > utc + to_days(60));

-- segment: Same coffee again
WITH coffee AS (
    SELECT household, utc, lead(utc) OVER (PARTITION BY household, product_id ORDER BY utc, id) AS next_at
    FROM purchase WHERE category = 'COFFEE' AND utc > days_ago(90)
)
SELECT DISTINCT household FROM coffee WHERE next_at <= utc + to_days(30);

-- segment: Fuel, no food between
WITH fuel AS (
    SELECT household, utc, id, lead(utc) OVER tank AS next_at, lead(id) OVER tank AS next_id
    FROM purchase WHERE department = 'FUEL' AND utc > days_ago(90)
    WINDOW tank AS (PARTITION BY household ORDER BY utc, id)
), food AS (
    SELECT household, utc, id FROM purchase WHERE department = 'GROCERY'
)
-- Where two fuel purchases have no food between them, so have those next to each other that lie from the one to the other.
SELECT DISTINCT household FROM fuel
WHERE next_at <= utc + to_days(14) AND NOT EXISTS (
    FROM food WHERE food.household = fuel.household
        AND (food.utc, food.id) > (fuel.utc, fuel.id) AND (food.utc, food.id) < (fuel.next_at, fuel.next_id)
);

-- segment: Regulars
SELECT household FROM purchase
WHERE utc > days_ago(28)
GROUP BY household
HAVING (count(*) FILTER (utc > days_ago(7)) > 0)::INT
    + (count(*) FILTER (utc > days_ago(14) AND utc <= days_ago(7)) > 0)::INT
    + (count(*) FILTER (utc > days_ago(21) AND utc <= days_ago(14)) > 0)::INT
    + (count(*) FILTER (utc <= days_ago(21)) > 0)::INT >= 3;

-- segment: Young and well off
SELECT household FROM household
WHERE age IN ('19-24', '25-34', '35-44')
    AND income IN ('75-99K', '100-124K', '125-149K', '150-174K', '175-199K', '200-249K', '250K+');

-- segment: Not known to be married
SELECT household FROM household WHERE marital_status IS DISTINCT FROM 'Married';

-- segment: In a Type A campaign
SELECT DISTINCT household FROM targeted WHERE campaign_type = 'Type A';

-- segment: In two running campaigns
SELECT household FROM targeted
WHERE campaign_start <= today() AND campaign_end >= today()
GROUP BY household HAVING count(*) >= 2;

-- segment: Sent four of Type B
SELECT household FROM targeted WHERE campaign_type = 'Type B'
GROUP BY household HAVING count(DISTINCT campaign_id) >= 4;

-- segment: A hundred products a month
SELECT household FROM purchase
WHERE utc > days_ago(30)
GROUP BY household HAVING count(DISTINCT product_id) >= 100;

-- segment: Five dollars a product
SELECT household FROM purchase
WHERE utc > days_ago(90)
GROUP BY household HAVING sum(cents) >= 500 * count(*);

-- segment: Slowing down
SELECT household FROM purchase
GROUP BY household
HAVING count(*) FILTER (utc > days_ago(60) AND utc <= days_ago(30)) >= 50 AND count(*) FILTER (utc > days_ago(30)) < 20;

-- segment: Fuel last
SELECT household FROM purchase
GROUP BY household HAVING arg_max(coalesce(department, ''), (utc, id)) = 'FUEL';

-- segment: New this quarter
SELECT household FROM purchase
GROUP BY household HAVING min(utc) > to_utc(to_local(moment()) - INTERVAL 3 MONTH);

-- segment: Every other day
SELECT household FROM purchase
WHERE utc > days_ago(30)
GROUP BY household HAVING count(DISTINCT day) >= 15;

-- segment: Stocked up last month
SELECT household FROM purchase
WHERE date_trunc('month', local) = date_trunc('month', to_local(moment())) - INTERVAL 1 MONTH
GROUP BY household HAVING count(*) >= 100;

-- segment: Weekend mornings
SELECT household FROM purchase
WHERE utc > days_ago(90) AND isodow(local) IN (6, 7) AND hour(local) < 11
GROUP BY household HAVING count(*) >= 10;

-- segment: Changed store
SELECT household FROM purchase JOIN household USING (household)
WHERE utc > days_ago(30) AND store_id != first_store
GROUP BY household HAVING count(*) >= 20;

-- segment: One dear thing in 2017
SELECT household FROM purchase
WHERE year(local) = 2017
GROUP BY household HAVING max(cents) >= 10000;

-- segment: Coupon savers
SELECT household FROM purchase
WHERE utc > days_ago(90)
GROUP BY household HAVING sum(coupon_cents) BETWEEN 1000 AND 10000;

-- segment: Organic
SELECT household FROM purchase
WHERE utc > days_ago(90) AND starts_with(type, 'ORGANIC')
GROUP BY household HAVING count(*) >= 3;

-- segment: Young private-label fans
WITH spent AS (
    SELECT household, coalesce(sum(cents) FILTER (utc > days_ago(180) AND brand = 'Private'), 0) AS cents
    FROM household LEFT JOIN purchase USING (household) WHERE age IN ('19-24', '25-34') GROUP BY household
)
SELECT household FROM spent ORDER BY cents DESC, household LIMIT 50;

-- segment: Longest away
SELECT household FROM purchase GROUP BY household ORDER BY max(utc), household LIMIT 20;

-- segment: Test group
SELECT household FROM household
WHERE ('0x' || md5('spring' || chr(31) || household)[:15])::UBIGINT % 1000000 < 100000;

-- segment: Panel, but not regular
SELECT household FROM household
WHERE described AND household NOT IN (FROM member SELECT household WHERE segment = 'Regulars' AND utc = moment());

-- segment: December mailing
WITH now_in AS (FROM member WHERE utc = moment())
SELECT household FROM now_in WHERE segment = 'Meat lovers'
UNION SELECT household FROM now_in WHERE segment = 'Top spenders'
EXCEPT SELECT household FROM now_in WHERE segment = 'Lapsed';

-- segment: Regulars we lost
WITH version AS (
    SELECT utc, lag(utc) OVER (ORDER BY utc) AS before FROM (SELECT DISTINCT utc FROM member)
), lost AS (
    SELECT version.utc, household FROM member JOIN version ON member.utc = version.before WHERE segment = 'Regulars'
    EXCEPT SELECT utc, household FROM member WHERE segment = 'Regulars'
)
SELECT DISTINCT household FROM lost WHERE utc > days_ago(20);

-- segment: New regulars
WITH version AS (
    SELECT utc, lag(utc) OVER (ORDER BY utc) AS before FROM (SELECT DISTINCT utc FROM member)
), regular AS (
    SELECT utc, household FROM member WHERE segment = 'Regulars'
), gained AS (
    -- All of them at the first version, for there is none before it.
    FROM regular EXCEPT SELECT version.utc, household FROM regular JOIN version ON regular.utc = version.before
)
SELECT DISTINCT household FROM gained WHERE utc > days_ago(10);

-- segment: Lapsed for two weeks
WITH outside AS (
    -- The versions at which a household was not in it; before the first version nobody was.
    SELECT household, version.utc FROM household, (SELECT DISTINCT utc FROM member) AS version
    EXCEPT SELECT household, utc FROM member WHERE segment = 'Lapsed'
), since AS (
    SELECT household, min(member.utc) AS utc FROM member LEFT JOIN (
        SELECT household, max(utc) AS utc FROM outside GROUP BY household
    ) AS last_outside USING (household)
    WHERE segment = 'Lapsed' AND (last_outside.utc IS NULL OR member.utc > last_outside.utc)
    GROUP BY household
)
SELECT household FROM since WHERE utc <= days_ago(14);
