//! Messages on their way to push services: so many at once, tried again while a service is busy, forgotten where a
//! service knows the subscription no more.

use crate::{
    clock,
    limits::{
        PUSH_ANSWER_BYTES_MAX, PUSH_AT_ONCE, PUSH_TRIES, PUSH_WAIT_FIRST, PUSH_WAIT_MAX,
        PUSH_WITHIN, PUSHES_MAX,
    },
    outbound::{self, Answer, OutboundError},
    push::{
        endpoint::{BadEndpoint, Endpoint, Reach},
        message::Message,
        vapid::Vapid,
    },
};
use devtail_control::{Control, Subscription};
use http::{HeaderMap, StatusCode, header::RETRY_AFTER};
use std::{io, sync::Arc, time::Duration};
use tokio::{
    net::TcpStream,
    sync::Semaphore,
    time::{sleep, timeout},
};
use tracing::{debug, warn};

/// Sends messages; every clone is the same outbox.
#[derive(Clone, Debug)]
pub(crate) struct Outbox(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    vapid: Vapid,
    reach: Reach,
    control: Control,
    /// A place for each message that is not done with.
    places: Arc<Semaphore>,
    /// A place for each exchange with a service.
    lines: Semaphore,
}

/// What a service's answer comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Taken,
    /// The subscription is over.
    Over,
    /// Another try may succeed, after this long if the service says so.
    Later(Option<Duration>),
    /// No try will.
    Refused,
}

impl Outbox {
    pub(crate) fn new(vapid: Vapid, reach: Reach, control: Control) -> Self {
        Self(Arc::new(Inner {
            vapid,
            reach,
            control,
            places: Arc::new(Semaphore::new(PUSHES_MAX)),
            lines: Semaphore::new(PUSH_AT_ONCE),
        }))
    }

    pub(crate) fn vapid(&self) -> &Vapid {
        &self.0.vapid
    }

    pub(crate) fn reach(&self) -> Reach {
        self.0.reach
    }

    /// Sends a message in the background. Above the bound it is dropped: what was not told in time need not be told.
    pub(crate) fn send(&self, subscription: Subscription, message: Message) {
        let Ok(place) = Arc::clone(&self.0.places).try_acquire_owned() else {
            return warn!("too many notifications wait; one is dropped");
        };
        let inner = Arc::clone(&self.0);
        tokio::spawn(async move {
            inner.deliver(&subscription, &message).await;
            drop(place);
        });
    }
}

impl Inner {
    async fn deliver(&self, subscription: &Subscription, message: &Message) {
        let Ok(endpoint) = Endpoint::parse(&subscription.endpoint, self.reach) else {
            return self.forget(subscription).await;
        };
        for attempt in 1..=PUSH_TRIES {
            let verdict = {
                let _line = self.lines.acquire().await.expect("it is never closed");
                self.attempt(&endpoint, subscription, message).await
            };
            match verdict {
                Verdict::Taken | Verdict::Refused => return,
                Verdict::Over => return self.forget(subscription).await,
                Verdict::Later(_) if attempt == PUSH_TRIES => {}
                Verdict::Later(after) => sleep(wait(attempt, after)).await,
            }
        }
        warn!(
            origin = endpoint.origin(),
            "a push service takes nothing; a notification is dropped"
        );
    }

    async fn attempt(
        &self,
        endpoint: &Endpoint,
        subscription: &Subscription,
        message: &Message,
    ) -> Verdict {
        let origin = endpoint.origin();
        match timeout(PUSH_WITHIN, self.exchange(endpoint, subscription, message)).await {
            Ok(Ok(answer)) => {
                let verdict = judge(answer.status, &answer.headers);
                if verdict == Verdict::Refused {
                    warn!(origin, status = %answer.status, "a push service refused a notification");
                }
                verdict
            }
            // Names lead astray for an hour behind a captive portal: no reason to forget anything.
            Ok(Err(OutboundError::Connect(error))) if is_private(&error) => {
                warn!(origin, %error, "a push endpoint is not called");
                Verdict::Refused
            }
            Ok(Err(error)) => {
                debug!(origin, %error, "a push service cannot be reached");
                Verdict::Later(None)
            }
            Err(_) => Verdict::Later(None),
        }
    }

    async fn exchange(
        &self,
        endpoint: &Endpoint,
        subscription: &Subscription,
        message: &Message,
    ) -> Result<Answer, OutboundError> {
        let request = message.request(clock::now(), endpoint, subscription, &self.vapid);
        let request = request.map_err(|_| OutboundError::Address)?;
        let addresses = endpoint.addresses(self.reach).await?;
        let tcp = TcpStream::connect(&*addresses).await?;
        outbound::ask(tcp, endpoint.uri(), request, PUSH_ANSWER_BYTES_MAX).await
    }

    async fn forget(&self, subscription: &Subscription) {
        let (control, endpoint) = (self.control.clone(), subscription.endpoint.clone());
        let forget = move || control.forget_subscription(&endpoint);
        let forgotten = tokio::task::spawn_blocking(forget).await;
        if let Err(error) = forgotten.expect("forget_subscription does not panic") {
            warn!(%error, "cannot forget a subscription that is over");
        }
    }
}

fn is_private(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<BadEndpoint>())
}

fn judge(status: StatusCode, headers: &HeaderMap) -> Verdict {
    match status {
        status if status.is_success() => Verdict::Taken,
        StatusCode::NOT_FOUND | StatusCode::GONE => Verdict::Over,
        StatusCode::TOO_MANY_REQUESTS => Verdict::Later(retry_after(headers)),
        status if status.is_server_error() => Verdict::Later(retry_after(headers)),
        _ => Verdict::Refused,
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// What is waited after a try in vain: as long as the service says, or four times longer each time, within bounds.
fn wait(attempt: u32, asked: Option<Duration>) -> Duration {
    let ours = PUSH_WAIT_FIRST.saturating_mul(4_u32.saturating_pow(attempt - 1));
    asked.unwrap_or(ours).clamp(PUSH_WAIT_FIRST, PUSH_WAIT_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_services_answer_says_what_to_do_next() {
        let judge = |status: u16, after: Option<&'static str>| {
            let header = after.map(|after| (RETRY_AFTER, after.parse().unwrap()));
            judge(StatusCode::from_u16(status).unwrap(), &header.into_iter().collect())
        };
        assert_eq!(judge(201, None), Verdict::Taken);
        assert_eq!((judge(404, None), judge(410, None)), (Verdict::Over, Verdict::Over));
        assert_eq!(judge(429, Some("7")), Verdict::Later(Some(Duration::from_secs(7))));
        assert_eq!(judge(503, Some("Fri, 31 Dec 1999")), Verdict::Later(None));
        for refused in [301, 307, 400, 401, 403, 413] {
            assert_eq!(judge(refused, None), Verdict::Refused, "{refused}");
        }
    }

    #[test]
    fn the_next_try_comes_later_and_later_within_bounds() {
        let seconds = |attempt, asked| wait(attempt, asked).as_secs();
        assert_eq!([1, 2, 3, 4].map(|attempt| seconds(attempt, None)), [1, 4, 16, 64]);
        assert_eq!(seconds(1, Some(Duration::from_secs(9))), 9);
        assert_eq!(seconds(1, Some(Duration::ZERO)), 1);
        assert_eq!(seconds(1, Some(Duration::MAX)), 300);
        assert_eq!(seconds(40, None), 300);
    }
}
