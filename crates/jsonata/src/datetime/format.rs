use std::rc::Rc;

use crate::datetime::calendar::{Civil, DAYS, MONTHS};
use crate::datetime::picture::{Marker, Part, Picture};
use crate::error::{Result, fault};
use crate::integer_format::{Case, Grouping, IntegerPicture, Primary};
use crate::limits::Meter;

/// The instant as it is called that many minutes east of Greenwich.
pub(crate) fn format(
    millis: i64,
    picture: &Picture,
    offset_minutes: i64,
    meter: &Rc<Meter>,
) -> Result<String> {
    let civil = Civil::of(millis + offset_minutes * 60_000);
    let mut out = String::new();
    for part in &picture.parts {
        match part {
            Part::Literal(text) => out.push_str(text),
            Part::Marker(marker) => {
                out.push_str(&marker.format(civil, offset_minutes, meter)?);
            }
        }
    }
    Ok(out)
}

impl Marker {
    fn format(&self, civil: Civil, offset_minutes: i64, meter: &Rc<Meter>) -> Result<String> {
        match self.component {
            'z' | 'Z' => self.zone(offset_minutes, meter),
            'P' => {
                let text = if civil.component('P') == 1 { "pm" } else { "am" };
                Ok(if self.names == Some(Case::Upper) { text.to_uppercase() } else { text.into() })
            }
            'C' | 'E' => Ok("ISO".to_owned()),
            component => {
                let mut value = civil.component(component);
                if let Some(digits) = self.year_digits {
                    value %= 10_i64.saturating_pow(digits.min(18) as u32);
                }
                match (self.names, &self.integer) {
                    (Some(case), _) => self.name(value, case),
                    (None, Some(picture)) => picture.format(value as f64, meter),
                    (None, None) => Ok(String::new()),
                }
            }
        }
    }

    fn name(&self, value: i64, case: Case) -> Result<String> {
        let names: &[&str] = match self.component {
            'M' | 'x' => &MONTHS,
            'F' => &DAYS,
            component => return Err(fault("D3133").with("value", component.to_string())),
        };
        let name = names[(value - 1) as usize];
        let name = match case {
            Case::Upper => name.to_uppercase(),
            Case::Lower => name.to_lowercase(),
            Case::Title => name.to_owned(),
        };
        Ok(name.chars().take(self.width_max.unwrap_or(usize::MAX)).collect())
    }

    fn zone(&self, offset_minutes: i64, meter: &Rc<Meter>) -> Result<String> {
        if offset_minutes == 0 && self.traditional {
            return Ok("Z".to_owned());
        }
        let (hours, minutes) = (offset_minutes.abs() / 60, offset_minutes.abs() % 60);
        let together = (hours * 100 + minutes) as f64;
        let digits = match &self.integer {
            Some(picture) => self.zone_digits(picture, hours, minutes, together, meter)?,
            None => return Err(fault("D3134")),
        };
        let sign = if offset_minutes < 0 { '-' } else { '+' };
        let prefix = if self.component == 'z' { "GMT" } else { "" };
        Ok(format!("{prefix}{sign}{digits}"))
    }

    fn zone_digits(
        &self,
        picture: &IntegerPicture,
        hours: i64,
        minutes: i64,
        together: f64,
        meter: &Rc<Meter>,
    ) -> Result<String> {
        let Primary::Decimal(decimal) = &picture.primary else { return Err(fault("D3134")) };
        match (&decimal.grouping, decimal.mandatory) {
            (Grouping::Regular { .. }, _) | (_, 3 | 4) => picture.format(together, meter),
            (_, 1 | 2) => {
                let hours = picture.format(hours as f64, meter)?;
                Ok(if minutes == 0 { hours } else { format!("{hours}:{minutes:02}") })
            }
            (_, digits) => Err(fault("D3134").with("value", digits as i64)),
        }
    }
}
