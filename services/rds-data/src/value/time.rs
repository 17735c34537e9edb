//! Dates and times as texts: PostgreSQL counts days and microseconds from 2000-01-01.

const MICROS_A_DAY: i64 = 86_400_000_000;

/// `2024-02-29`; years before Christ end with ` BC`.
pub(super) fn date(days: i32) -> String {
    match days {
        i32::MAX => "infinity".to_owned(),
        i32::MIN => "-infinity".to_owned(),
        days => {
            let (date, era) = civil(days.into());
            format!("{date}{era}")
        }
    }
}

/// `13:30:00.25`
pub(super) fn time(micros: i64) -> String {
    let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let whole = format!("{hours:02}:{minutes:02}:{seconds:02}");
    if fraction == 0 {
        return whole;
    }
    format!("{whole}.{fraction:06}").trim_end_matches('0').to_owned()
}

/// `2024-02-29 13:30:00.25`
pub(super) fn timestamp(micros: i64) -> String {
    match micros {
        i64::MAX => "infinity".to_owned(),
        i64::MIN => "-infinity".to_owned(),
        micros => {
            let (date, era) = civil(micros.div_euclid(MICROS_A_DAY));
            format!("{date} {}{era}", time(micros.rem_euclid(MICROS_A_DAY)))
        }
    }
}

/// The date that many days after 2000-01-01, and what stands after it.
fn civil(days: i64) -> (String, &'static str) {
    // Days of 400 years that begin with March, so that the leap day is the last of its year.
    let days = days + 730_425;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, is_next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = era * 400 + year + is_next;
    let (year, era) = if year < 1 { (1 - year, " BC") } else { (year, "") };
    (format!("{year:04}-{month:02}-{day:02}"), era)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_2000() {
        let dates = [
            (0, "2000-01-01"),
            (-1, "1999-12-31"),
            (59, "2000-02-29"),
            (60, "2000-03-01"),
            (8825, "2024-02-29"),
            (-730_119, "0001-01-01"),
            (-730_120, "0001-12-31 BC"),
            (i32::MAX, "infinity"),
        ];
        for (days, text) in dates {
            assert_eq!(date(days), text);
        }
    }

    #[test]
    fn fractions_are_as_long_as_they_need() {
        assert_eq!(time(0), "00:00:00");
        assert_eq!(time(48_600_250_000), "13:30:00.25");
        assert_eq!(timestamp(-1), "1999-12-31 23:59:59.999999");
        assert_eq!(timestamp(60_000_000), "2000-01-01 00:01:00");
    }
}
