//! One message to one subscription: encrypted for its browser (RFC 8291), addressed to its push service (RFC 8030).

use crate::{
    limits::{PUSH_PAYLOAD_BYTES_MAX, PUSH_TTL},
    push::{endpoint::Endpoint, vapid::Vapid},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use devtail_channels::notification::Notification;
use devtail_control::{Subscription, Timestamp};
use devtail_protocol::ChannelId;
use http::{
    HeaderName, HeaderValue, Request,
    header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HOST},
};
use http_body_util::Full;
use serde_json::json;
use sha2::{Digest, Sha256};
use thiserror::Error;
use web_push_native::{Auth, encrypt, p256::PublicKey};

/// What browsers are told, before it is encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    payload: Bytes,
    topic: String,
    is_urgent: bool,
}

/// The keys of a subscription are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("p256dh is a point of P-256 (65 bytes) and auth has 16 bytes, both in base64url")]
pub(crate) struct BadKeys;

impl Message {
    /// What to tell of a channel. Words that are too long for a push are cut.
    pub(crate) fn new(channel: ChannelId, notification: &Notification) -> Self {
        let Notification { want: _, title, body, tag, is_urgent } = notification;
        let payload = json!({
            "title": cut(title),
            "body": cut(body),
            "tag": cut(tag),
            "url": format!("#t={channel}"),
        });
        let topic = URL_SAFE_NO_PAD.encode(&Sha256::digest(format!("{channel} {tag}"))[..24]);
        Self { payload: payload.to_string().into(), topic, is_urgent: *is_urgent }
    }

    /// The request that delivers it.
    ///
    /// # Errors
    /// [`BadKeys`].
    pub(crate) fn request(
        &self,
        now: Timestamp,
        endpoint: &Endpoint,
        subscription: &Subscription,
        vapid: &Vapid,
    ) -> Result<Request<Full<Bytes>>, BadKeys> {
        let key = PublicKey::from_sec1_bytes(&subscription.p256dh).map_err(|_| BadKeys)?;
        let auth = Auth::from(subscription.auth);
        let body = encrypt(self.payload.to_vec(), &key, &auth).map_err(|_| BadKeys)?;
        let uri = endpoint.uri();
        let mut authorization = HeaderValue::try_from(vapid.authorization(now, &endpoint.origin()))
            .expect("a token is base64url");
        authorization.set_sensitive(true);
        let header = HeaderName::from_static;
        Ok(Request::post(uri.path_and_query().map_or("/", |path| path.as_str()))
            .header(HOST, uri.authority().expect("it was checked").as_str())
            .header(AUTHORIZATION, authorization)
            .header(CONTENT_TYPE, "application/octet-stream")
            .header(CONTENT_ENCODING, "aes128gcm")
            .header(header("ttl"), PUSH_TTL.as_secs())
            .header(header("urgency"), if self.is_urgent { "high" } else { "normal" })
            // Of several that wait for a sleeping device, the service keeps the newest.
            .header(header("topic"), &self.topic)
            .body(Full::new(body.into()))
            .expect("every part is a valid header"))
    }
}

/// The keys as browsers send them: base64url, with or without padding.
///
/// # Errors
/// [`BadKeys`].
pub(crate) fn read_keys(p256dh: &str, auth: &str) -> Result<([u8; 65], [u8; 16]), BadKeys> {
    let bytes =
        |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| BadKeys);
    let key: [u8; 65] = bytes(p256dh)?.try_into().map_err(|_| BadKeys)?;
    PublicKey::from_sec1_bytes(&key).map_err(|_| BadKeys)?;
    Ok((key, bytes(auth)?.try_into().map_err(|_| BadKeys)?))
}

/// At most a fifth of a payload, so that title, body and tag fit however JSON spells them.
fn cut(text: &str) -> &str {
    let spelled = |c: char| if c.is_control() || c == '"' || c == '\\' { 6 } else { c.len_utf8() };
    let mut room = PUSH_PAYLOAD_BYTES_MAX / 4;
    let fits = |(_, c): &(usize, char)| match room.checked_sub(spelled(*c)) {
        Some(left) => {
            room = left;
            true
        }
        None => false,
    };
    let end = text.char_indices().take_while(fits).last().map_or(0, |(at, c)| at + c.len_utf8());
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::push::endpoint::Reach;
    use devtail_control::StateDir;
    use http_body_util::BodyExt;
    use serde_json::Value;
    use web_push_native::{
        decrypt,
        p256::{SecretKey, elliptic_curve::sec1::ToEncodedPoint},
    };

    fn notification(title: &str, body: &str) -> Notification {
        Notification {
            want: "bell",
            title: title.into(),
            body: body.into(),
            tag: "bell".into(),
            is_urgent: true,
        }
    }

    fn browser() -> (SecretKey, Subscription) {
        let secret = SecretKey::from_slice(&[7; 32]).unwrap();
        let p256dh = secret.public_key().to_encoded_point(false).as_bytes().try_into().unwrap();
        let endpoint = "https://push.example/a?b".to_owned();
        (secret, Subscription { endpoint, p256dh, auth: [9; 16], wants: vec![] })
    }

    #[tokio::test]
    async fn what_is_sent_is_for_one_browser_and_tells_the_service_how_urgent_it_is() {
        let state = tempfile::tempdir().unwrap();
        let state = StateDir::open(state.path()).unwrap();
        let vapid = Vapid::load(&state, "https://dev.example.org/".into()).unwrap();
        let (secret, subscription) = browser();
        let endpoint = Endpoint::parse(&subscription.endpoint, Reach::Public).unwrap();
        let message = Message::new(ChannelId([0xab; 16]), &notification("zsh", "Bell"));
        let request = |now| message.request(now, &endpoint, &subscription, &vapid).unwrap();
        let (head, body) = request(Timestamp::from_unix_s(1_800_000_000)).into_parts();
        assert_eq!(
            (head.uri.to_string(), &head.headers[HOST]),
            ("/a?b".into(), &"push.example".parse().unwrap())
        );
        for (name, value) in
            [("ttl", "43200"), ("urgency", "high"), ("content-encoding", "aes128gcm")]
        {
            assert_eq!(head.headers[name], value);
        }
        let topic = head.headers["topic"].to_str().unwrap();
        assert!(
            topic.len() == 32
                && topic.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        );
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        let told = decrypt(body, &secret, &Auth::from([9; 16])).unwrap();
        let told: Value = serde_json::from_slice(&told).unwrap();
        let url = format!("#t={}", "ab".repeat(16));
        assert_eq!(told, json!({"title": "zsh", "body": "Bell", "tag": "bell", "url": url}));
    }

    #[test]
    fn words_of_any_length_fit_a_push() {
        for words in ["x".repeat(9000), "\u{1}\"".repeat(9000), "語".repeat(9000)] {
            let message = Message::new(ChannelId([1; 16]), &notification(&words, &words));
            assert!(message.payload.len() <= PUSH_PAYLOAD_BYTES_MAX, "{}", message.payload.len());
            serde_json::from_slice::<Value>(&message.payload).unwrap();
        }
    }

    #[test]
    fn keys_are_read_as_browsers_send_them_and_nothing_else_is() {
        let (_, subscription) = browser();
        let (key, auth) =
            (URL_SAFE_NO_PAD.encode(subscription.p256dh), URL_SAFE_NO_PAD.encode([9; 16]));
        let expected = Ok((subscription.p256dh, [9; 16]));
        assert_eq!(read_keys(&key, &auth), expected);
        assert_eq!(read_keys(&format!("{key}="), &format!("{auth}==")), expected);
        let off_the_curve = URL_SAFE_NO_PAD.encode([4; 65]);
        for (key, auth) in [("", &*auth), (&key, ""), (&off_the_curve, &auth), (&key[..80], &auth)]
        {
            assert_eq!(read_keys(key, auth), Err(BadKeys));
        }
    }
}
