//! The names of channels: `/namespace/a/b`, and `/namespace/a/*` for all below `/namespace/a`.

/// How many names a channel has, its namespace counted.
const SEGMENTS_MAX: usize = 5;
const SEGMENT_BYTES_MAX: usize = 50;
const WILDCARD: &str = "*";

/// A channel, or all channels below one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::live) struct Channel {
    /// With a slash before each name.
    pub(super) path: String,
}

impl Channel {
    /// Reads the name of one channel, on which one may publish.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let path = text.strip_prefix('/').unwrap_or(text);
        let names: Vec<&str> = path.split('/').collect();
        let fits = names.len() <= SEGMENTS_MAX && names.iter().all(|name| is_name(name));
        fits.then(|| Channel { path: format!("/{path}") })
    }

    /// Reads what one may subscribe to: a channel, or all of those below one.
    pub(super) fn parse_pattern(text: &str) -> Option<Self> {
        let Some(above) = text.strip_suffix(WILDCARD) else { return Channel::parse(text) };
        let Channel { path } = Channel::parse(above.strip_suffix('/')?)?;
        (path.matches('/').count() < SEGMENTS_MAX)
            .then(|| Channel { path: format!("{path}/{WILDCARD}") })
    }

    pub(super) fn segments(&self) -> impl Iterator<Item = &str> {
        self.path.split('/').skip(1)
    }

    pub(super) fn namespace(&self) -> &str {
        self.segments().next().unwrap_or_default()
    }

    /// What one may have subscribed to who hears what is said on this channel.
    pub(super) fn topics(&self) -> impl Iterator<Item = String> {
        let slashes = self.path.match_indices('/').skip(1);
        let wildcards = slashes.map(|(at, _)| format!("{}/{WILDCARD}", &self.path[..at]));
        std::iter::once(self.path.clone()).chain(wildcards)
    }
}

fn is_name(text: &str) -> bool {
    let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let bytes = text.as_bytes();
    let ends = [bytes.first(), bytes.last()];
    ends.iter().all(|end| end.is_some_and(u8::is_ascii_alphanumeric))
        && bytes.len() <= SEGMENT_BYTES_MAX
        && bytes.iter().all(is_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_one_to_five_names() {
        let path = |text| Channel::parse(text).map(|channel| channel.path);
        assert_eq!(path("/chat/room-1").as_deref(), Some("/chat/room-1"));
        assert_eq!(path("chat").as_deref(), Some("/chat"));
        assert!(path("a/b/c/d/e").is_some());
        let long = "a".repeat(51);
        for wrong in ["", "/", "a//b", "/a/", "a/b/c/d/e/f", "a/-b", "a/b c", "a/*", &long] {
            assert_eq!(path(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_wildcard_stands_at_the_end_and_below_a_namespace() {
        let path = |text| Channel::parse_pattern(text).map(|channel| channel.path);
        assert_eq!(path("/chat/*").as_deref(), Some("/chat/*"));
        assert_eq!(path("chat/a/*").as_deref(), Some("/chat/a/*"));
        assert_eq!(path("/chat").as_deref(), Some("/chat"));
        for wrong in ["/*", "*", "/chat*", "/*/a", "/a/*/b", "a/b/c/d/e/*"] {
            assert_eq!(path(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_said_is_heard_above() {
        let channel = Channel::parse("/a/b/c").unwrap();
        assert_eq!(channel.topics().collect::<Vec<_>>(), ["/a/b/c", "/a/*", "/a/b/*"]);
        assert_eq!(channel.namespace(), "a");
    }
}
