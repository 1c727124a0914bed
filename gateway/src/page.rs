//! The web page, embedded in the binary by build.rs, and what is said in its place where it could not be built.

use crate::reply::{self, Reply};
use http::{
    HeaderMap, HeaderName, StatusCode,
    header::{
        ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, ETAG,
        IF_NONE_MATCH, VARY, X_FRAME_OPTIONS,
    },
};

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// One file of the page.
struct Asset {
    /// Its path in URLs.
    path: &'static str,
    /// Names its content, quoted as the header has it.
    etag: &'static str,
    bytes: &'static [u8],
    gzip: &'static [u8],
}

/// Everything from the gateway itself and nothing else; xterm.js writes its colours into style elements.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";
/// Files whose names carry a hash of their content live here: another content has another name.
const HASHED: &str = "/assets/";

/// Why this binary has no page and what to do about it; `None` if it has one.
pub const fn page_missing() -> Option<&'static str> {
    if ASSETS.is_empty() { Some(MISSING) } else { None }
}

/// The file of the page at `path`, or 404.
pub(crate) fn answer(path: &str, headers: &HeaderMap) -> Reply {
    let path = if path == "/" { "/index.html" } else { path };
    let mut reply = match (ASSETS.iter().find(|asset| asset.path == path), page_missing()) {
        (Some(asset), _) => file(asset, headers),
        (None, Some(why)) if path == "/index.html" => instead(why),
        (None, _) => reply::text(StatusCode::NOT_FOUND, "There is nothing here.\n"),
    };
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        ),
    ] {
        reply::set(&mut reply, name, value);
    }
    reply
}

fn file(asset: &Asset, headers: &HeaderMap) -> Reply {
    let names = |header: &HeaderName, word: &str| {
        headers
            .get_all(header)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .any(|line| line.contains(word))
    };
    let mut reply = if names(&IF_NONE_MATCH, asset.etag) {
        let mut unchanged = Reply::default();
        *unchanged.status_mut() = StatusCode::NOT_MODIFIED;
        unchanged
    } else if asset.gzip.len() < asset.bytes.len() && names(&ACCEPT_ENCODING, "gzip") {
        let mut zipped = reply::body(StatusCode::OK, content_type(asset.path), asset.gzip);
        reply::set(&mut zipped, CONTENT_ENCODING, "gzip");
        zipped
    } else {
        reply::body(StatusCode::OK, content_type(asset.path), asset.bytes)
    };
    let hashed = asset.path.starts_with(HASHED);
    reply::set(
        &mut reply,
        CACHE_CONTROL,
        if hashed { "public, max-age=31536000, immutable" } else { "no-cache" },
    );
    reply::set(&mut reply, ETAG, asset.etag);
    reply::set(&mut reply, VARY, "accept-encoding");
    reply
}

fn instead(why: &str) -> Reply {
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta name=\"viewport\" content=\"width=device-width\"><title>devtail</title>\
         <body style=\"font:1.1rem/1.5 system-ui;max-width:34rem;margin:3rem auto;padding:0 1rem\">\
         <h1>The gateway runs, its page is missing</h1><p>In short: {why}.</p>\
         <p>Until then the command line works: <code>devtail connect LINK</code>.</p>"
    );
    reply::body(StatusCode::OK, "text/html; charset=utf-8", html)
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASSET: Asset =
        Asset { path: "/assets/app-1a2b.js", etag: "\"abc\"", bytes: b"0123456789", gzip: b"zip" };

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn a_hashed_file_is_kept_for_ever_and_sent_zipped_to_whom_it_suits() {
        let reply = file(&ASSET, &headers(ACCEPT_ENCODING, "br, gzip"));
        assert_eq!(reply.headers()[CONTENT_ENCODING], "gzip");
        assert!(reply.headers()[CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        assert!(!file(&ASSET, &HeaderMap::new()).headers().contains_key(CONTENT_ENCODING));
    }

    #[test]
    fn a_file_that_the_browser_has_is_not_sent_again() {
        assert_eq!(
            file(&ASSET, &headers(IF_NONE_MATCH, "\"abc\"")).status(),
            StatusCode::NOT_MODIFIED
        );
        let index = Asset { path: "/index.html", ..ASSET };
        assert_eq!(
            file(&index, &headers(IF_NONE_MATCH, "\"old\"")).headers()[CACHE_CONTROL],
            "no-cache"
        );
    }

    #[test]
    fn the_worker_is_a_script_at_the_root_that_is_asked_for_anew_each_time() {
        let worker = Asset { path: "/worker.js", ..ASSET };
        let reply = file(&worker, &HeaderMap::new());
        assert_eq!(reply.headers()[CACHE_CONTROL], "no-cache");
        assert_eq!(content_type(worker.path), "text/javascript; charset=utf-8");
        assert!(POLICY.contains("worker-src 'self'") && POLICY.contains("manifest-src 'self'"));
    }

    #[test]
    fn where_the_page_was_not_built_the_answer_says_what_to_do() {
        use http_body_util::BodyExt;
        let body = instead("install Node").into_body().collect();
        let body = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(body)
            .unwrap()
            .to_bytes();
        let html = std::str::from_utf8(&body).unwrap();
        assert!(html.contains("install Node") && html.contains("devtail connect"), "{html}");
    }

    #[test]
    fn this_binary_has_a_page_or_a_reason() {
        assert_eq!(
            page_missing().is_none(),
            ASSETS.iter().any(|asset| asset.path == "/index.html")
        );
        assert!(page_missing().is_none_or(|why| why.contains("build")));
    }
}
