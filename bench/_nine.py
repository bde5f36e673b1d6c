"""Nine segments and a deep one: each as a definition, and as SQL by hand over views with plain names.

In the SQL `ago(n)` is the instant n days ago, and `present()` is now.
"""

from __future__ import annotations

NINE = {
    "city is X": (
        'city is "city 7"',
        "SELECT _number FROM contact WHERE city_folded = 'city 7'",
    ),
    "age range and tier": (
        'age between 30 and 45 and tier is "gold"',
        "SELECT _number FROM contact WHERE age BETWEEN 30 AND 45 AND tier = 'gold'",
    ),
    "through the account": (
        'account.industry in ("industry 3", "industry 5")',
        """
        SELECT c._number FROM contact c JOIN account a ON a._key = c.account
        WHERE a.industry_folded IN ('industry 3', 'industry 5')
        """,
    ),
    "3 opens in 30 days": (
        "did email_opened at least 3 times in the last 30 days",
        """
        SELECT _member FROM email_opened WHERE _occurred_at > ago(30) AND _occurred_at <= present()
        GROUP BY _member HAVING count(*) >= 3
        """,
    ),
    "sum of purchases, 90 days": (
        "sum of amount over purchase in the last 90 days >= 500",
        """
        SELECT _member FROM purchase WHERE _occurred_at > ago(90) AND _occurred_at <= present()
        GROUP BY _member HAVING sum(amount) >= 500
        """,
    ),
    "received, not opened, 60 days": (
        "did email_received in the last 60 days and did not email_opened in the last 60 days",
        """
        SELECT _number FROM contact WHERE
        _number IN (SELECT _member FROM email_received
                    WHERE _occurred_at > ago(60) AND _occurred_at <= present())
        AND _number NOT IN (SELECT _member FROM email_opened
                    WHERE _occurred_at > ago(60) AND _occurred_at <= present())
        """,
    ),
    # The latest form before each purchase: the two types are not joined with each other.
    "form then purchase, 7 days": (
        "did form_submitted then purchase within 7 days",
        """
        SELECT DISTINCT _member FROM (
            SELECT _member, kind, _occurred_at, max(CASE WHEN kind = 0 THEN _occurred_at END) OVER (
                PARTITION BY _member ORDER BY _occurred_at, _id, kind
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS form
            FROM (
                SELECT _member, _occurred_at, _id, 0 AS kind FROM form_submitted
                WHERE _occurred_at <= present()
                UNION ALL
                SELECT _member, _occurred_at, _id, 1 FROM purchase WHERE _occurred_at <= present()))
        WHERE kind = 1 AND _occurred_at <= form + INTERVAL 7 DAY
        """,
    ),
    "profile, account, two behaviours": (
        """
        age >= 30 and account.industry is "industry 3"
        and did email_opened at least 2 times in the last 60 days
        and did not purchase in the last 30 days
        """,
        """
        SELECT c._number FROM contact c JOIN account a ON a._key = c.account
        WHERE c.age >= 30 AND a.industry_folded = 'industry 3'
        AND c._number IN (SELECT _member FROM email_opened
                          WHERE _occurred_at > ago(60) AND _occurred_at <= present()
                          GROUP BY _member HAVING count(*) >= 2)
        AND c._number NOT IN (SELECT _member FROM purchase
                          WHERE _occurred_at > ago(30) AND _occurred_at <= present())
        """,
    ),
    "top 5% by spend": (
        "top 5% by sum of amount over purchase in the last 365 days",
        """
        SELECT _number FROM (
            SELECT c._number, count(*) OVER () AS n,
                row_number() OVER (ORDER BY coalesce(s.total, 0) DESC, c._key) AS place
            FROM contact c LEFT JOIN (
                SELECT _member, sum(amount) AS total FROM purchase
                WHERE _occurred_at > ago(365) AND _occurred_at <= present() GROUP BY _member) s
            ON s._member = c._number)
        WHERE place <= ceil(n * 5 / 100)
        """,
    ),
    "deep and mixed": (
        """
        (tier is "gold" or (tier is "silver" and age >= 40) or account.industry is "industry 3")
        and did email_opened at least 2 times in the last 90 days
        and (did purchase in the last 365 days where amount >= 250
             or sum of amount over purchase in the last 180 days >= 1000
             or did form_submitted then purchase within 3 days)
        and did not form_submitted in the last 14 days
        """,
        """
        SELECT c._number FROM contact c JOIN account a ON a._key = c.account
        WHERE (c.tier = 'gold' OR (c.tier = 'silver' AND c.age >= 40) OR a.industry_folded = 'industry 3')
        AND c._number IN (SELECT _member FROM email_opened
                          WHERE _occurred_at > ago(90) AND _occurred_at <= present()
                          GROUP BY _member HAVING count(*) >= 2)
        AND c._number IN (
            SELECT _member FROM purchase
            WHERE amount >= 250 AND _occurred_at > ago(365) AND _occurred_at <= present()
            UNION ALL
            SELECT _member FROM purchase WHERE _occurred_at > ago(180) AND _occurred_at <= present()
            GROUP BY _member HAVING sum(amount) >= 1000
            UNION ALL
            SELECT _member FROM (
                SELECT _member, kind, _occurred_at, max(CASE WHEN kind = 0 THEN _occurred_at END) OVER (
                    PARTITION BY _member ORDER BY _occurred_at, _id, kind
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS form
                FROM (
                    SELECT _member, _occurred_at, _id, 0 AS kind FROM form_submitted
                    WHERE _occurred_at <= present()
                    UNION ALL
                    SELECT _member, _occurred_at, _id, 1 FROM purchase WHERE _occurred_at <= present()))
            WHERE kind = 1 AND _occurred_at <= form + INTERVAL 3 DAY)
        AND c._number NOT IN (SELECT _member FROM form_submitted
                          WHERE _occurred_at > ago(14) AND _occurred_at <= present())
        """,
    ),
}
"""By name, the definition as text and the SQL."""
