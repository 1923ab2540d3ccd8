//! Days and calendar months, where the owner is. There is no clock here: what time it is and how far the owner's clock is
//! from UTC are arguments.

use saifu_protocol::UnixTime;
use saifu_protocol::value::Date;
use serde::{Deserialize, Serialize};

/// Seconds of a day.
const DAY: i64 = 86_400;
/// Minutes of a day.
pub(super) const DAY_MINUTES: i64 = 1_440;
/// The Julian day of 1970-01-01.
const EPOCH: i64 = 2_440_588;

/// A point in time, and what the clock on the owner's wall makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// The time.
    pub now: UnixTime,
    /// By how many minutes the owner's clock is ahead of UTC.
    #[serde(with = "offset")]
    pub offset_minutes: i16,
}

impl Moment {
    /// The day it is.
    pub fn today(self) -> Date {
        self.day_of(self.now)
    }

    /// The day it was or will be at `time`, by the clock of this moment: whoever has travelled since counts days as the
    /// clock here does.
    pub fn day_of(self, time: UnixTime) -> Date {
        julian(
            self.local_seconds(time)
                .div_euclid(DAY)
                .saturating_add(EPOCH),
        )
    }

    /// When it is so many minutes after midnight next, by the clock of this moment.
    pub(super) fn next(self, minute: u16) -> UnixTime {
        let now = self.local_minutes(self.now);
        let passed = (now - i64::from(minute)).rem_euclid(DAY_MINUTES);
        let next = now.saturating_add(DAY_MINUTES - passed);
        self.global(next.saturating_mul(60))
    }

    /// When a day begins, by the clock of this moment.
    pub(super) fn beginning_of(self, day: Date) -> UnixTime {
        let days = i64::from(day.to_julian_day()) - EPOCH;
        self.global(days.saturating_mul(DAY))
    }

    fn global(self, local_seconds: i64) -> UnixTime {
        let seconds = local_seconds.saturating_sub(i64::from(self.offset_minutes) * 60);
        UnixTime(u64::try_from(seconds).unwrap_or(0))
    }

    /// Minutes that have passed by the owner's clock when it is `time`.
    pub(super) fn local_minutes(self, time: UnixTime) -> i64 {
        self.local_seconds(time).div_euclid(60)
    }

    fn local_seconds(self, time: UnixTime) -> i64 {
        let seconds = i64::try_from(time.0).unwrap_or(i64::MAX);
        seconds.saturating_add(i64::from(self.offset_minutes) * 60)
    }
}

/// A length of time as calendars count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Period {
    /// So many days.
    Days(u16),
    /// So many calendar months. Where the month it ends in is too short it ends on that month's last day: a month after
    /// 31 January is 28 or 29 February.
    Months(u16),
}

impl Period {
    /// The day on which a period ends that begins on `day`; the last day there is if it would be later.
    pub fn after(self, day: Date) -> Date {
        match self {
            Period::Days(days) => julian(i64::from(day.to_julian_day()) + i64::from(days)),
            Period::Months(months) => add_months(day, months),
        }
    }
}

fn add_months(day: Date, months: u16) -> Date {
    let past = i32::from(u8::from(day.month())) - 1 + i32::from(months);
    let year = day.year() + past / 12;
    let month = day.month().nth_next((months % 12) as u8);
    let last = month.length(year);
    Date::from_calendar_date(year, month, day.day().min(last)).unwrap_or(Date::MAX)
}

fn julian(day: i64) -> Date {
    let day = i32::try_from(day).ok();
    day.and_then(|day| Date::from_julian_day(day).ok())
        .unwrap_or(Date::MAX)
}

/// Days as `YYYY-MM-DD`.
pub(super) mod text {
    use alloc::string::String;
    use saifu_protocol::value::{self, Date};
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(day: &Date, serializer: S) -> Result<S::Ok, S::Error> {
        value::format_date(*day).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(source: D) -> Result<Date, D::Error> {
        let text = String::deserialize(source)?;
        value::parse_date(&text).ok_or_else(|| D::Error::custom("not a day"))
    }
}

/// As [`text`], where there may be none.
pub(super) mod text_or_none {
    use super::text;
    use saifu_protocol::value::Date;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    struct Written(#[serde(with = "text")] Date);

    pub(crate) fn serialize<S: Serializer>(day: &Option<Date>, to: S) -> Result<S::Ok, S::Error> {
        day.map(Written).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Date>, D::Error> {
        let written = Option::<Written>::deserialize(from)?;
        Ok(written.map(|Written(day)| day))
    }
}

/// Offsets as minutes ahead of the clock that is a day behind UTC: no number that is stored is negative.
mod offset {
    use super::DAY_MINUTES;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(offset: &i16, to: S) -> Result<S::Ok, S::Error> {
        let ahead = i64::from(*offset) + DAY_MINUTES;
        u16::try_from(ahead).unwrap_or(0).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<i16, D::Error> {
        let ahead = u16::deserialize(from)?;
        let offset = i64::from(ahead) - DAY_MINUTES;
        Ok(i16::try_from(offset).unwrap_or(i16::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use saifu_protocol::value::{format_date, parse_date};

    #[test]
    fn a_month_is_a_month_of_the_calendar() {
        for (from, months, to) in [
            ("2000-03-15", 1, "2000-04-15"),
            ("2000-01-31", 1, "2000-02-29"),
            ("2001-01-31", 1, "2001-02-28"),
            ("2001-01-29", 1, "2001-02-28"),
            ("2000-03-31", 1, "2000-04-30"),
            ("2000-12-31", 1, "2001-01-31"),
            ("2000-12-31", 2, "2001-02-28"),
            ("2000-11-30", 15, "2002-02-28"),
            ("2000-02-29", 12, "2001-02-28"),
            ("2000-02-29", 48, "2004-02-29"),
            ("2000-05-05", 0, "2000-05-05"),
            ("9999-12-01", 1, "9999-12-31"),
            ("9999-12-31", u16::MAX, "9999-12-31"),
        ] {
            let end = Period::Months(months).after(parse_date(from).unwrap());
            assert_eq!(format_date(end), to, "{months} after {from}");
        }
    }

    #[test]
    fn days_go_over_the_ends_of_months_and_stop_at_the_last_there_is() {
        for (from, days, to) in [
            ("2000-02-28", 2, "2000-03-01"),
            ("2001-02-28", 1, "2001-03-01"),
            ("1999-12-31", 0, "1999-12-31"),
            ("9999-12-30", u16::MAX, "9999-12-31"),
        ] {
            let end = Period::Days(days).after(parse_date(from).unwrap());
            assert_eq!(format_date(end), to, "{days} after {from}");
        }
    }

    #[test]
    fn the_day_is_the_owners() {
        // 2000-03-15T15:30:00Z.
        let now = UnixTime(953_134_200);
        for (offset_minutes, day) in [
            (0, "2000-03-15"),
            (9 * 60, "2000-03-16"),
            (-16 * 60, "2000-03-14"),
            (5 * 60 + 45, "2000-03-15"),
        ] {
            let moment = Moment {
                now,
                offset_minutes,
            };
            assert_eq!(format_date(moment.today()), day, "{offset_minutes}");
        }
        for (now, offset_minutes, day) in [
            (UnixTime(0), -1, "1969-12-31"),
            (UnixTime(u64::MAX), i16::MAX, "9999-12-31"),
        ] {
            let moment = Moment {
                now,
                offset_minutes,
            };
            assert_eq!(format_date(moment.today()), day);
        }
    }
}
