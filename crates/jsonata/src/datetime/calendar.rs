//! The Gregorian calendar, without an end in either direction.

pub(super) const DAY: i64 = 86_400_000;

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// From Monday.
pub(super) const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// An instant as the calendar has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Civil {
    pub(super) millis: i64,
    pub(super) year: i64,
    /// 0 to 11.
    pub(super) month: i64,
    pub(super) day: i64,
}

impl Civil {
    pub(super) fn of(millis: i64) -> Civil {
        // Days are counted from 0000-03-01, in eras of 400 years, so that leap days come last.
        let days = millis.div_euclid(DAY) + 719_468;
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * from_march + 2) / 5 + 1;
        let month = (from_march + 2) % 12;
        let year = year_of_era + era * 400 + i64::from(month < 2);
        Civil { millis, year, month, day }
    }

    fn midnight(self) -> i64 {
        self.millis - self.millis.rem_euclid(DAY)
    }

    /// The number that a component of a picture stands for.
    pub(super) fn component(self, component: char) -> i64 {
        let clock = self.millis.rem_euclid(DAY);
        match component {
            'Y' => self.year,
            'M' => self.month + 1,
            'D' => self.day,
            'd' => (self.midnight() - millis_of(self.year, 0, 1)) / DAY + 1,
            'F' => weekday(self.millis),
            'W' => self.week(|year, _| Period::year(year)),
            'w' => self.week(|year, month| Period { year, month, months: 1 }),
            'X' => self.week_period(Period::year(self.year)).year,
            'x' => {
                self.week_period(Period { year: self.year, month: self.month, months: 1 }).month + 1
            }
            'H' => clock / 3_600_000,
            'h' => match clock / 3_600_000 % 12 {
                0 => 12,
                hour => hour,
            },
            'P' => i64::from(12 <= clock / 3_600_000),
            'm' => clock / 60_000 % 60,
            's' => clock / 1000 % 60,
            'f' => clock % 1000,
            _ => 0,
        }
    }

    fn week(self, period: impl Fn(i64, i64) -> Period) -> i64 {
        let own = self.week_period(period(self.year, self.month));
        (self.midnight() - own.first_week()).div_euclid(7 * DAY) + 1
    }

    /// The year or month that the week belongs to: that of its Thursday.
    fn week_period(self, period: Period) -> Period {
        if self.millis < period.first_week() {
            period.shifted(-1)
        } else if period.shifted(1).first_week() <= self.millis {
            period.shifted(1)
        } else {
            period
        }
    }
}

/// A year, or a month.
#[derive(Clone, Copy)]
struct Period {
    year: i64,
    month: i64,
    months: i64,
}

impl Period {
    fn year(year: i64) -> Period {
        Period { year, month: 0, months: 12 }
    }

    fn shifted(self, by: i64) -> Period {
        let months = self.year * 12 + self.month + by * self.months;
        Period { year: months.div_euclid(12), month: months.rem_euclid(12), months: self.months }
    }

    /// The Monday of the week that has the first Thursday.
    fn first_week(self) -> i64 {
        let first = millis_of(self.year, self.month, 1);
        let weekday = weekday(first);
        if 4 < weekday { first + (8 - weekday) * DAY } else { first - (weekday - 1) * DAY }
    }
}

/// 1 for Monday to 7 for Sunday.
fn weekday(millis: i64) -> i64 {
    (millis.div_euclid(DAY) + 3).rem_euclid(7) + 1
}

/// Midnight of a day; months (from 0) and days beyond their range lead into other ones.
pub(crate) fn millis_of(year: i64, month: i64, day: i64) -> i64 {
    let year = year + month.div_euclid(12);
    let month = month.rem_euclid(12);
    let from_march = (month + 10) % 12;
    let year = year - i64::from(month < 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * from_march + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    days * DAY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_lead_to_instants_and_back() {
        for millis in [0, -1, 951_782_400_000, 4_107_542_400_000, -62_167_219_200_000] {
            let civil = Civil::of(millis);
            let midnight = millis_of(civil.year, civil.month, civil.day);
            assert_eq!(midnight, millis.div_euclid(DAY) * DAY, "{civil:?}");
        }
        let leap = Civil::of(951_782_400_000);
        assert_eq!((leap.year, leap.month, leap.day), (2000, 1, 29));
    }
}
