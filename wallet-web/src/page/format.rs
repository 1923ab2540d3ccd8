//! Amounts, days, times, sizes and fingerprints as each language writes them. Pure.

use super::words::{Key, Lang, text};
use saifu_protocol::UnixTime;
use saifu_protocol::value::{Currency, Date, parse_date};
use saifu_wallet_core::view::Amount;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A whole number with commas between groups of three digits.
pub(crate) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// An amount: `¥1,600`, in Japanese `1,600円`.
pub(crate) fn amount(lang: Lang, amount: &Amount) -> String {
    let Some(currency) = Currency::from_code(&amount.currency) else {
        return format!("{} {}", number(amount.minor), amount.currency);
    };
    let unit = 10_u64.pow(currency.minor_digits());
    let whole = number(amount.minor / unit);
    let shown = if unit == 1 {
        whole
    } else {
        let width = currency.minor_digits() as usize;
        format!("{whole}.{:0width$}", amount.minor % unit)
    };
    match (lang, currency) {
        (Lang::Ja, Currency::Jpy) => format!("{shown}円"),
        (Lang::En, Currency::Jpy) => format!("¥{shown}"),
        (_, Currency::Eur) => format!("€{shown}"),
        (Lang::En, Currency::Usd) => format!("US${shown}"),
        (Lang::Ja, Currency::Usd) => format!("{shown}米ドル"),
        (_, Currency::Gbp) => format!("£{shown}"),
    }
}

/// How much room a day may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// On a card.
    Short,
    /// Among the details.
    Long,
}

/// A day: `4 Apr 2026`, in Japanese `2026年4月4日`, on a card `2026/4/4`.
pub(crate) fn day(lang: Lang, length: Length, date: Date) -> String {
    let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
    match (lang, length) {
        (Lang::En, _) => format!("{day} {} {year}", month_name(month)),
        (Lang::Ja, Length::Short) => format!("{year}/{month}/{day}"),
        (Lang::Ja, Length::Long) => format!("{year}年{month}月{day}日"),
    }
}

fn month_name(month: u8) -> &'static str {
    MONTHS
        .get(usize::from(month).wrapping_sub(1))
        .copied()
        .unwrap_or_default()
}

/// A day without its year.
fn day_of_year(lang: Lang, length: Length, date: Date) -> String {
    let (month, day) = (u8::from(date.month()), date.day());
    match (lang, length) {
        (Lang::En, _) => format!("{day} {}", month_name(month)),
        (Lang::Ja, Length::Short) => format!("{month}/{day}"),
        (Lang::Ja, Length::Long) => format!("{month}月{day}日"),
    }
}

/// When something can be used, from days written as `YYYY-MM-DD`, either of which may be empty.
pub(crate) fn validity(lang: Lang, length: Length, from: &str, to: &str) -> String {
    match (parse_date(from), parse_date(to)) {
        (None, None) => text(lang, Key::NoLimit).into(),
        (Some(from), Some(to)) if from == to => day(lang, length, from),
        (Some(from), Some(to)) if from.year() == to.year() => {
            let same_month = from.month() == to.month();
            match (lang, length) {
                (Lang::En, _) if same_month => {
                    format!("{} – {}", from.day(), day(lang, length, to))
                }
                (Lang::En, _) => {
                    let start = day_of_year(lang, length, from);
                    format!("{start} – {}", day(lang, length, to))
                }
                (Lang::Ja, Length::Short) if same_month => {
                    format!("{}〜{}", day(lang, length, from), to.day())
                }
                (Lang::Ja, _) => {
                    let end = day_of_year(lang, length, to);
                    format!("{}〜{end}", day(lang, length, from))
                }
            }
        }
        (Some(from), Some(to)) => {
            let (from, to) = (day(lang, length, from), day(lang, length, to));
            match lang {
                Lang::En => format!("{from} – {to}"),
                Lang::Ja => format!("{from}〜{to}"),
            }
        }
        (Some(from), None) => {
            let from = day(lang, length, from);
            match lang {
                Lang::En => format!("from {from}"),
                Lang::Ja => format!("{from}から"),
            }
        }
        (None, Some(to)) => {
            let to = day(lang, length, to);
            match lang {
                Lang::En => format!("until {to}"),
                Lang::Ja => format!("{to}まで"),
            }
        }
    }
}

/// A moment on the clock where the owner is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    /// The day.
    pub(crate) date: Date,
    /// Hour.
    pub(crate) hour: u8,
    /// Minute.
    pub(crate) minute: u8,
}

/// A moment: `15 Mar 2026, 10:04`.
pub(crate) fn moment(lang: Lang, moment: Moment) -> String {
    let Moment { date, hour, minute } = moment;
    let date = day(lang, Length::Long, date);
    match lang {
        Lang::En => format!("{date}, {hour:02}:{minute:02}"),
        Lang::Ja => format!("{date} {hour}:{minute:02}"),
    }
}

/// The moment of a time, by the clock where the owner is.
#[cfg(target_arch = "wasm32")]
pub(crate) fn local(time: UnixTime) -> Option<Moment> {
    use saifu_protocol::value::format_date;

    // Beyond 2^53 there is no date in JavaScript either.
    let ms = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(
        time.0.saturating_mul(1000) as f64,
    ));
    let year = i32::try_from(ms.get_full_year()).ok()?;
    let month = u8::try_from(ms.get_month() + 1).ok()?;
    let text = format!("{year:04}-{month:02}-{:02}", ms.get_date());
    let date = parse_date(&text).filter(|date| format_date(*date) == text)?;
    Some(Moment {
        date,
        hour: u8::try_from(ms.get_hours()).ok()?,
        minute: u8::try_from(ms.get_minutes()).ok()?,
    })
}

/// Outside the browser there is no owner and no place: universal time.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn local(time: UnixTime) -> Option<Moment> {
    let days = i32::try_from(time.0 / 86_400).ok()?;
    // 2440588 is the Julian day of 1970-01-01.
    let date = Date::from_julian_day(days.checked_add(2_440_588)?).ok()?;
    Some(Moment {
        date,
        hour: u8::try_from(time.0 / 3600 % 24).ok()?,
        minute: u8::try_from(time.0 / 60 % 60).ok()?,
    })
}

/// A time: `15 Mar 2026, 10:04` by the clock where the owner is.
pub(crate) fn time(lang: Lang, time: UnixTime) -> String {
    local(time).map_or_else(|| "–".into(), |at| moment(lang, at))
}

/// A time of today, to the second: `10:04:09`.
pub(crate) fn clock(time: UnixTime) -> String {
    let second = time.0 % 60;
    local(time).map_or_else(
        || "–".into(),
        |at| format!("{}:{:02}:{second:02}", at.hour, at.minute),
    )
}

/// The day of a time.
pub(crate) fn time_day(lang: Lang, time: UnixTime) -> String {
    local(time).map_or_else(|| "–".into(), |at| day(lang, Length::Long, at.date))
}

/// A size: `300 bytes`, `12 KB`, `1.5 MB`.
pub(crate) fn bytes(lang: Lang, bytes: u64) -> String {
    if bytes < 1_000 {
        return match lang {
            Lang::En if bytes == 1 => "1 byte".into(),
            Lang::En => format!("{bytes} bytes"),
            Lang::Ja => format!("{bytes}バイト"),
        };
    }
    let (unit, name) = if bytes < 1_000_000 {
        (1_000, "KB")
    } else {
        (1_000_000, "MB")
    };
    let tenths = bytes / (unit / 10);
    let whole = number(tenths / 10);
    match tenths % 10 {
        0 => format!("{whole} {name}"),
        tenth => format!("{whole}.{tenth} {name}"),
    }
}

/// The name in an address: what stands between the scheme and the first slash.
pub(crate) fn host(address: &str) -> &str {
    let rest = ["https://", "http://"]
        .iter()
        .find_map(|scheme| address.strip_prefix(scheme))
        .unwrap_or(address);
    rest.split('/').next().unwrap_or(rest)
}

/// Text in groups of four characters, to be compared by eye; what already separates groups is passed over.
pub(crate) fn groups(text: &str) -> Vec<String> {
    let plain: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    plain
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_amount(minor: u64, currency: &str, en: &str, ja: &str) {
        let it = Amount {
            minor,
            currency: currency.into(),
        };
        assert_eq!(amount(Lang::En, &it), en);
        assert_eq!(amount(Lang::Ja, &it), ja);
    }

    #[test]
    fn amounts_follow_language_and_currency() {
        check_amount(1600, "JPY", "¥1,600", "1,600円");
        check_amount(0, "JPY", "¥0", "0円");
        check_amount(1_234_567, "JPY", "¥1,234,567", "1,234,567円");
        check_amount(1250, "EUR", "€12.50", "€12.50");
        check_amount(100_005, "USD", "US$1,000.05", "1,000.05米ドル");
        check_amount(99, "GBP", "£0.99", "£0.99");
        check_amount(1600, "XYZ", "1,600 XYZ", "1,600 XYZ");
    }

    fn check_validity(from: &str, to: &str, en: &str, ja: &str, ja_card: &str) {
        assert_eq!(validity(Lang::En, Length::Long, from, to), en);
        assert_eq!(validity(Lang::Ja, Length::Long, from, to), ja);
        assert_eq!(validity(Lang::Ja, Length::Short, from, to), ja_card);
    }

    #[test]
    fn days_follow_the_language() {
        check_validity("", "", "No limit", "無期限", "無期限");
        check_validity(
            "2026-04-01",
            "2026-05-31",
            "1 Apr – 31 May 2026",
            "2026年4月1日〜5月31日",
            "2026/4/1〜5/31",
        );
        check_validity(
            "2026-04-29",
            "2026-04-29",
            "29 Apr 2026",
            "2026年4月29日",
            "2026/4/29",
        );
        check_validity(
            "2026-07-18",
            "2026-07-19",
            "18 – 19 Jul 2026",
            "2026年7月18日〜7月19日",
            "2026/7/18〜19",
        );
        check_validity(
            "2026-12-31",
            "2027-01-01",
            "31 Dec 2026 – 1 Jan 2027",
            "2026年12月31日〜2027年1月1日",
            "2026/12/31〜2027/1/1",
        );
        check_validity(
            "",
            "2026-12-31",
            "until 31 Dec 2026",
            "2026年12月31日まで",
            "2026/12/31まで",
        );
        check_validity(
            "2026-04-04",
            "",
            "from 4 Apr 2026",
            "2026年4月4日から",
            "2026/4/4から",
        );
    }

    #[test]
    fn times_are_a_day_and_a_clock() {
        let at = UnixTime(953_089_440);
        assert_eq!(time(Lang::En, at), "15 Mar 2000, 03:04");
        assert_eq!(time(Lang::Ja, at), "2000年3月15日 3:04");
        assert_eq!(time_day(Lang::Ja, at), "2000年3月15日");
        assert_eq!(time(Lang::En, UnixTime(u64::MAX)), "–");
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!(bytes(Lang::En, 1), "1 byte");
        assert_eq!(bytes(Lang::Ja, 300), "300バイト");
        assert_eq!(bytes(Lang::En, 12_000), "12 KB");
        assert_eq!(bytes(Lang::En, 1_048_576), "1 MB");
        assert_eq!(bytes(Lang::En, 1_550_000), "1.5 MB");
    }

    #[test]
    fn addresses_and_fingerprints_are_cut_for_the_eye() {
        assert_eq!(host("https://safe.example/x"), "safe.example");
        assert_eq!(host("http://localhost:8787"), "localhost:8787");
        assert_eq!(host(""), "");
        assert_eq!(groups("7be1 04fd9c"), ["7be1", "04fd", "9c"]);
    }
}
