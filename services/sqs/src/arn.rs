//! How queues are named: by a name, an ARN or a URL.

use std::fmt;

use base::Arn;
use service::Ctx;

use crate::errors::Error;

/// The end of every FIFO queue's name.
const FIFO: &str = ".fifo";
const NAME_LENGTH_MAX: usize = 80;

/// A queue's ARN; its resource is the queue's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct QueueArn(String);

impl QueueArn {
    /// The queue of that name in the account that asks.
    pub(crate) fn own(ctx: &Ctx, name: &str) -> Self {
        QueueArn::of(ctx, ctx.account(), name)
    }

    pub(crate) fn of(ctx: &Ctx, account: &str, name: &str) -> Self {
        QueueArn(format!("arn:{}:sqs:{}:{account}:{name}", ctx.partition(), ctx.region()))
    }

    /// The queue that a URL names by its last two segments, whatever host it begins with:
    /// one house is reached by many names. AWS takes a name alone as well.
    pub(crate) fn of_url(ctx: &Ctx, url: &str) -> Result<Self, Error> {
        let is_name = url.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_.".contains(&it));
        if is_name && !url.is_empty() {
            return Ok(QueueArn::own(ctx, url));
        }
        let mut segments = url.trim_end_matches('/').rsplit('/');
        let (name, account) = (segments.next().unwrap_or_default(), segments.next());
        let is_account =
            |text: &&str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        match account.filter(is_account) {
            Some(account) => Ok(QueueArn::of(ctx, account, name)),
            // moto, verified against AWS: get_queue_url_error_not_exists.
            None => Err(Error::QueueDoesNotExist),
        }
    }

    /// What is written as an ARN of this service.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let arn = Arn::parse(text).ok().filter(|arn| arn.service == "sqs")?;
        (!arn.resource.is_empty()).then(|| QueueArn(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn name(&self) -> &str {
        self.part(0)
    }

    pub(crate) fn account(&self) -> &str {
        self.part(1)
    }

    pub(crate) fn region(&self) -> &str {
        self.part(2)
    }

    pub(crate) fn is_fifo(&self) -> bool {
        self.0.ends_with(FIFO)
    }

    /// The parts of an ARN, from its end.
    fn part(&self, from_end: usize) -> &str {
        self.0.rsplit(':').nth(from_end).unwrap_or_default()
    }
}

impl fmt::Display for QueueArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Checks the name of a new queue.
pub(crate) fn check_name(name: &str, is_fifo: bool) -> Result<(), Error> {
    let stem = if is_fifo { name.strip_suffix(FIFO) } else { Some(name) };
    let is_plain = |stem: &str| {
        !stem.is_empty()
            && stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    if name.len() <= NAME_LENGTH_MAX && stem.is_some_and(is_plain) {
        return Ok(());
    }
    Err(if is_fifo { Error::InvalidFifoName } else { Error::InvalidName })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_fifo_ones_say_so() {
        let long = "a".repeat(81);
        for (name, is_fifo, is_good) in [
            ("orders-1_a", false, true),
            ("", false, false),
            ("orders.fifo", false, false),
            ("orders", true, false),
            ("orders.fifo", true, true),
            (".fifo", true, false),
            (&*long, false, false),
            ("ord/ers", false, false),
        ] {
            assert_eq!(check_name(name, is_fifo).is_ok(), is_good, "{name}");
        }
    }

    #[test]
    fn an_arn_is_read_from_its_end() {
        let arn = QueueArn::parse("arn:aws:sqs:us-east-1:000000000000:a.fifo").expect("is one");
        let parts = (arn.name(), arn.account(), arn.region(), arn.is_fifo());
        assert_eq!(parts, ("a.fifo", "000000000000", "us-east-1", true));
        assert_eq!(QueueArn::parse("arn:aws:sns:us-east-1:000000000000:a"), None);
    }
}
