//! SQL that nobody has recorded: joins, subqueries, aggregates and negations, by AWS's own description of them.
//! <https://github.com/aws-samples/aws-appsync-resolver-samples/tree/main/samples/rds>

use crate::library::with_modules;

/// The one statement of a request to PostgreSQL, with its values.
fn postgres(statement: &str) -> String {
    statement_of("createPgStatement", statement)
}

fn statement_of(create: &str, statement: &str) -> String {
    let body = format!(
        "const asked = rds.{create}({statement});
         return asked.statements[0] + Object.entries(asked.variableMap).map(([name, value]) => ` ${{name}}=${{value}}`).join('');"
    );
    let told = with_modules(&body, "{}");
    let text = json::Value::parse(&told).ok().and_then(|text| Some(text.as_str()?.to_owned()));
    text.unwrap_or(told)
}

#[test]
fn tables_are_joined() {
    let cases = [
        ("join: [{ from: 'b', using: ['id', 'n'] }]", r#"JOIN "b" USING ("id", "n")"#),
        ("join: [{ table: { x: 's.b' }, using: ['id'] }]", r#"JOIN "s"."b" as "x" USING ("id")"#),
        ("innerJoin: [{ from: 'b', on: rds.sql`a.x = b.y` }]", r#"INNER JOIN "b" ON a.x = b.y"#),
        (
            "leftJoin: [{ from: 'b', using: ['id'] }, { from: 'c', using: ['id'] }]",
            r#"LEFT JOIN "b" USING ("id") LEFT JOIN "c" USING ("id")"#,
        ),
        ("leftOuterJoin: [{ from: 'b', using: ['id'] }]", r#"LEFT OUTER JOIN "b" USING ("id")"#),
        ("rightJoin: [{ from: 'b', using: ['id'] }]", r#"RIGHT JOIN "b" USING ("id")"#),
        ("rightOuterJoin: [{ from: 'b', using: ['id'] }]", r#"RIGHT OUTER JOIN "b" USING ("id")"#),
        ("fullOuterJoin: [{ from: 'b', using: ['id'] }]", r#"FULL OUTER JOIN "b" USING ("id")"#),
        ("crossJoin: [{ from: 'b' }]", r#"CROSS JOIN "b""#),
        ("joinNatural: [{ from: 'b' }]", r#"NATURAL JOIN "b""#),
        ("innerJoinNatural: [{ from: 'b' }]", r#"NATURAL INNER JOIN "b""#),
        ("leftJoinNatural: [{ from: 'b' }]", r#"NATURAL LEFT JOIN "b""#),
        ("leftOuterJoinNatural: [{ from: 'b' }]", r#"NATURAL LEFT OUTER JOIN "b""#),
        ("rightJoinNatural: [{ from: 'b' }]", r#"NATURAL RIGHT JOIN "b""#),
        ("rightOuterJoinNatural: [{ from: 'b' }]", r#"NATURAL RIGHT OUTER JOIN "b""#),
        ("fullOuterJoinNatural: [{ from: 'b' }]", r#"NATURAL FULL OUTER JOIN "b""#),
        (
            "join: [{ from: 'b', using: ['id'] }], leftJoin: [{ from: 'c', on: { 'c.n': { gt: 1 } } }]",
            r#"JOIN "b" USING ("id") LEFT JOIN "c" ON "c"."n" > :P0"#,
        ),
    ];
    for (joins, written) in cases {
        let told =
            postgres(&format!("rds.select({{ from: 'a', {joins}, where: {{ n: {{ eq: 7 }} }} }})"));
        let told = told.split(" WHERE").next().unwrap_or_default();
        assert_eq!(told, format!(r#"SELECT * FROM "a" {written}"#), "{joins}");
    }
}

#[test]
fn values_of_joins_and_conditions_are_numbered_as_they_stand() {
    let told = postgres(
        "rds.select({ where: { n: { eq: 7 } }, join: [{ from: 'b', on: rds.sql`b.x = ${5}` }], from: 'a' })",
    );
    assert_eq!(told, r#"SELECT * FROM "a" JOIN "b" ON b.x = :P0 WHERE "n" = :P1 :P0=5 :P1=7"#);
}

#[test]
fn a_join_that_says_nothing_sensible_is_refused() {
    let cases = [
        ("join: {}", "join expects an array."),
        ("join: ['b']", "join item expected to be an object."),
        ("join: [{ using: ['id'] }]", "'table' or 'from' key is required."),
        ("join: [{ from: 'b', using: 'id' }]", "using expects an array."),
        (
            "join: [{ from: 'b', on: 5 }]",
            "ON values are expected to be SQL templates or a condition object.",
        ),
    ];
    for (joins, message) in cases {
        let told = postgres(&format!("rds.select({{ from: 'a', {joins} }})"));
        assert!(told.contains(message), "{joins}: {told}");
    }
    let told = statement_of(
        "createMySQLStatement",
        "rds.select({ from: 'a', fullOuterJoin: [{ from: 'b' }] })",
    );
    assert!(told.contains("fullOuterJoin is not supported in MySQL."), "{told}");
}

/// AWS's own sample, `subquery.js`.
#[test]
fn a_selection_is_selected_from() {
    let sub = "rds.select({
        from: 'album',
        columns: ['album_id', { tracks: rds.agg.count('track_id') }],
        join: [{ from: 'track', using: ['album_id'] }],
        groupBy: [1],
        having: { genre_id: { countDistinct: { gt: 1 } } },
        orderBy: [{ column: 'tracks', dir: 'desc' }],
    })";
    let inner = r#"SELECT "album_id", COUNT("track_id") as "tracks" FROM "album" JOIN "track" USING ("album_id") GROUP BY 1 HAVING COUNT(DISTINCT "genre_id") > :P0 ORDER BY "tracks" DESC"#;
    assert_eq!(postgres(sub), format!("{inner} :P0=1"));
    let told = postgres(&format!(
        "rds.select({{ from: {{ sub: {sub} }}, columns: ['name'], join: [{{ from: 'artist', using: ['artist_id'] }}] }})"
    ));
    assert_eq!(
        told,
        format!(r#"SELECT "name" FROM ({inner}) as "sub" JOIN "artist" USING ("artist_id") :P0=1"#)
    );
    let told = postgres("rds.select({ from: rds.select({ from: 'a' }) })");
    assert_eq!(told, r#"SELECT * FROM (SELECT * FROM "a")"#);
    let told = postgres(
        "rds.select({ from: { s: rds.sql`select ${1} as n` }, columns: [{ m: rds.sql`n + ${2}` }] })",
    );
    assert_eq!(told, r#"SELECT n + :P0 as "m" FROM (select :P1 as n) as "s" :P0=2 :P1=1"#);
}

#[test]
fn groups_are_filtered_by_what_is_computed_of_them() {
    let cases = [
        ("{ n: { count: { ge: 5 } } }", r#"COUNT("n") >= :P0"#),
        (
            "{ 'a.n': { sumDistinct: { between: [1, 2] } } }",
            r#"SUM(DISTINCT "a"."n") BETWEEN :P0 AND :P1"#,
        ),
        ("{ '*': { count: { gt: 1 } } }", "COUNT(*) > :P0"),
        ("{ n: { max: { lt: 9, ne: 3 } } }", r#"MAX("n") < :P0 AND MAX("n") != :P1"#),
    ];
    for (having, written) in cases {
        let told =
            postgres(&format!("rds.select({{ table: 'a', groupBy: ['g'], having: {having} }})"));
        let told = told.split(" :P0=").next().unwrap_or_default();
        assert_eq!(told, format!(r#"SELECT * FROM "a" GROUP BY "g" HAVING {written}"#), "{having}");
    }
    let told = postgres("rds.select({ table: 'a', having: { n: { count: { contains: 'x' } } } })");
    assert!(told.contains("Unsupported condition n.count.contains."), "{told}");
}

#[test]
fn conditions_are_negated() {
    let cases = [
        ("{ not: [{ a: { eq: 1 } }] }", r#"NOT ("a" = :P0)"#),
        (
            "{ not: [{ or: [{ a: { lt: 1 } }, { b: { attributeExists: false } }] }] }",
            r#"NOT (("a" < :P0) OR ("b" IS NULL))"#,
        ),
        (
            "{ not: [{ a: { eq: 1 } }, { b: { eq: 2 } }], c: { eq: 3 } }",
            r#"NOT (("a" = :P0) AND ("b" = :P1)) AND "c" = :P2"#,
        ),
    ];
    for (condition, written) in cases {
        let told = postgres(&format!("rds.select({{ table: 'a', where: {condition} }})"));
        let told = told.split(" :P0=").next().unwrap_or_default();
        assert_eq!(told, format!(r#"SELECT * FROM "a" WHERE {written}"#), "{condition}");
    }
    let told = postgres("rds.select({ table: 'a', where: { not: { a: { eq: 1 } } } })");
    assert!(told.contains("not expects conditions to be an array"), "{told}");
}

#[test]
fn selections_nested_without_end_are_refused() {
    let body = "let it = rds.select({ from: 'a' });
        for (const n of Array(200).fill(0)) { it = rds.select({ from: { it } }); }
        return rds.createPgStatement(it);";
    let told = with_modules(body, "{}");
    assert!(told.contains("The statement is nested too deeply."), "{told}");
}
