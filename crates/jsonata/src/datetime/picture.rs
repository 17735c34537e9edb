use crate::error::{Result, fault};
use crate::integer_format::{Case, IntegerPicture};

/// A picture, taken apart.
#[derive(Debug)]
pub(crate) struct Picture {
    pub(super) parts: Vec<Part>,
}

#[derive(Debug)]
pub(super) enum Part {
    Literal(String),
    Marker(Marker),
}

#[derive(Debug)]
pub(super) struct Marker {
    pub(super) component: char,
    /// The component is spelled out, in this case.
    pub(super) names: Option<Case>,
    pub(super) integer: Option<IntegerPicture>,
    pub(super) width_max: Option<usize>,
    /// Years keep so many of their last digits.
    pub(super) year_digits: Option<usize>,
    /// `t`: no offset is written `Z`.
    pub(super) traditional: bool,
}

impl Picture {
    pub(crate) fn parse(picture: &str) -> Result<Picture> {
        let mut parts = Vec::new();
        let mut rest = picture;
        while let Some(open) = rest.find('[') {
            push_literal(&rest[..open], &mut parts);
            let after = &rest[open + 1..];
            if let Some(after) = after.strip_prefix('[') {
                parts.push(Part::Literal("[".to_owned()));
                rest = after;
                continue;
            }
            let Some(close) = after.find(']') else { return Err(fault("D3135")) };
            let text: String =
                after[..close].chars().filter(|char| !char.is_whitespace()).collect();
            let marker = Marker::parse(&text)?;
            // Two numbers side by side: the first one has as many digits as it must.
            if marker.integer.is_some()
                && let Some(Part::Marker(Marker { integer: Some(before), .. })) = parts.last_mut()
                && let Some(decimal) = before.decimal()
            {
                decimal.width = Some(decimal.mandatory);
            }
            parts.push(Part::Marker(marker));
            rest = &after[close + 1..];
        }
        push_literal(rest, &mut parts);
        Ok(Picture { parts })
    }
}

fn push_literal(text: &str, parts: &mut Vec<Part>) {
    if !text.is_empty() {
        parts.push(Part::Literal(text.replace("]]", "]")));
    }
}

/// How a component is shown where the picture doesn't say.
fn default_presentation(component: char) -> Option<&'static str> {
    Some(match component {
        'Y' | 'M' | 'D' | 'd' | 'W' | 'w' | 'X' | 'x' | 'H' | 'h' | 'f' => "1",
        'F' | 'P' | 'C' | 'E' => "n",
        'm' | 's' => "01",
        'z' | 'Z' => "01:01",
        _ => return None,
    })
}

impl Marker {
    fn parse(text: &str) -> Result<Marker> {
        let mut chars = text.chars();
        let component = chars.next().unwrap_or_default();
        let (modifiers, width) = match chars.as_str().rsplit_once(',') {
            Some((modifiers, width)) => (modifiers, Some(width)),
            None => (chars.as_str(), None),
        };
        let mut presentation = modifiers;
        let mut second = None;
        if let Some((at, last)) = modifiers.char_indices().next_back()
            && 0 < at
            && "atco".contains(last)
        {
            (presentation, second) = (&modifiers[..at], Some(last));
        }
        let Some(default) = default_presentation(component) else {
            let shown: String = text.chars().take(1).collect();
            return Err(fault("D3132").with("value", shown));
        };
        if presentation.is_empty() {
            presentation = default;
        }
        let mut marker = Marker {
            component,
            names: None,
            integer: None,
            width_max: None,
            year_digits: None,
            traditional: second == Some('t'),
        };
        let mut width_min = None;
        if let Some(width) = width {
            let bound = |text: &str| text.parse::<usize>().ok();
            let (least, most) = width.split_once('-').unwrap_or((width, "*"));
            (width_min, marker.width_max) = (bound(least), bound(most));
        }
        let mut letters = presentation.chars();
        match letters.next() {
            Some('n') => marker.names = Some(Case::Lower),
            Some('N') if letters.next() == Some('n') => marker.names = Some(Case::Title),
            Some('N') => marker.names = Some(Case::Upper),
            _ if "YMDdFWwXxHhmsfzZ".contains(component) => {
                marker.number(presentation, second, width_min)?;
            }
            _ => {}
        }
        Ok(marker)
    }

    fn number(
        &mut self,
        presentation: &str,
        second: Option<char>,
        width_min: Option<usize>,
    ) -> Result<()> {
        let is_zone = matches!(self.component, 'z' | 'Z');
        let mut picture = match second {
            Some(second) if !is_zone => IntegerPicture::parse(&format!("{presentation};{second}"))?,
            _ => IntegerPicture::parse(presentation)?,
        };
        if let (Some(decimal), false) = (picture.decimal(), is_zone) {
            decimal.mandatory = decimal.mandatory.max(width_min.unwrap_or(0));
        }
        if self.component == 'Y' {
            if let Some(width) = self.width_max {
                self.year_digits = Some(width);
                if let Some(decimal) = picture.decimal() {
                    decimal.mandatory = width;
                }
            } else if let Some(decimal) = picture.decimal() {
                let digits = decimal.mandatory + decimal.optional;
                self.year_digits = (2 <= digits).then_some(digits);
            }
        }
        self.integer = Some(picture);
        Ok(())
    }
}
