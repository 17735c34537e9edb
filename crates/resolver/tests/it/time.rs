use crate::check;

#[test]
fn now_is_told_in_every_form() {
    check("time.nowISO8601", "", "\"2018-02-06T19:01:35.749Z\"");
    check("time.nowEpochSeconds", "", "1517943695");
    check("time.nowEpochMilliSeconds", "", "1517943695749");
    check("time.nowFormatted", r#""yyyy-MM-dd HH:mm:ssZ""#, "\"2018-02-06 19:01:35+0000\"");
    let perth = r#""yyyy-MM-dd HH:mm:ssZ", "Australia/Perth""#;
    check("time.nowFormatted", perth, "\"2018-02-07 03:01:35+0800\"");
}

#[test]
fn patterns_are_javas() {
    let format = |pattern: &str, expected: &str| {
        check(
            "time.nowFormatted",
            &format!("\"{pattern}\", \"+05:30\""),
            &format!("\"{expected}\""),
        );
    };
    format("EEEE, d MMMM yy", "Wednesday, 7 February 18");
    format("EEE MMM dd hh:mm a", "Wed Feb 07 12:31 AM");
    format("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2018-02-07T00:31:35.749+05:30");
    format("D Q k K 'o''clock' x", "38 1 24 0 o'clock +0530");
    format("[yyyy]['-'MM]", "2018-02");
    format("YYYY-MM-dd", "2018-02-07");
    format("YY 'W'ww W F", "18 W06 2 1");
    let nested = format!("\"{}\"", "[".repeat(60_000));
    check("time.nowFormatted", &nested, "nowFormatted: Pattern is nested too deeply");
    let long = format!("\"{}\"", "y".repeat(60_000));
    check("time.nowFormatted", &long, "nowFormatted: Too many pattern letters: y");
    check("time.nowFormatted", "\"b\"", "nowFormatted: Unknown pattern letter: b");
    check(
        "time.nowFormatted",
        "\"'x\"",
        "nowFormatted: Pattern ends with an incomplete string literal: 'x",
    );
}

/// The last days of a year may be of the first week of the next, whose year `Y` tells.
#[test]
fn weeks_belong_to_the_year_that_they_end_in() {
    let format = |millis: i64, expected: &str| {
        let arguments = format!("{millis}, \"yyyy-MM-dd YYYY w W\"");
        check("time.epochMilliSecondsToFormatted", &arguments, &format!("\"{expected}\""));
    };
    format(1_735_344_000_000, "2024-12-28 2024 52 4");
    format(1_735_430_400_000, "2024-12-29 2025 1 5");
    format(1_735_689_600_000, "2025-01-01 2025 1 1");
    format(1_736_035_200_000, "2025-01-05 2025 2 2");
    format(1_483_228_800_000, "2017-01-01 2017 1 1");
}

#[test]
fn formatted_times_are_read() {
    let read = "time.parseFormattedToEpochMilliSeconds";
    check(read, r#""2018-02-01 17:21:05.180+0800", "yyyy-MM-dd HH:mm:ss.SSSZ""#, "1517476865180");
    let zone = r#""2018-02-01 17:21:05.180", "yyyy-MM-dd HH:mm:ss.SSS", "Europe/Berlin""#;
    check(read, zone, "1517502065180");
    check(read, r#""20180201", "yyyyMMdd", "UTC""#, "1517443200000");
    check(read, r#""1 Feb 2018 5 PM", "d MMM yyyy h a", "UTC""#, "1517504400000");
    check(read, r#""2018", "yyyy[-MM]", "Z""#, "1514764800000");
    check(
        read,
        r#""2018-13-01", "yyyy-MM-dd", "UTC""#,
        "parseFormattedToEpochMilliSeconds: Text '2018-13-01' could not be parsed: parameter 'month' is not in the required range of 1..=12",
    );
    check(
        read,
        r#""x", "yyyy""#,
        "parseFormattedToEpochMilliSeconds: Text 'x' could not be parsed: 'y' expected before 'x'",
    );
}

#[test]
fn instants_change_their_form() {
    check(
        "time.parseISO8601ToEpochMilliSeconds",
        r#""2018-02-01T17:21:05.180+08:00""#,
        "1517476865180",
    );
    check("time.epochMilliSecondsToSeconds", "1517943695750", "1517943695");
    check("time.epochMilliSecondsToISO8601", "1517943695750", "\"2018-02-06T19:01:35.750Z\"");
    let perth = r#"1517943695750, "yyyy-MM-dd HH:mm:ssZ", "Australia/Perth""#;
    check("time.epochMilliSecondsToFormatted", perth, "\"2018-02-07 03:01:35+0800\"");
    let nowhere = r#"1, "yyyy", "Mars/Base""#;
    check(
        "time.epochMilliSecondsToFormatted",
        nowhere,
        "epochMilliSecondsToFormatted: Unknown time-zone ID: Mars/Base",
    );
}
