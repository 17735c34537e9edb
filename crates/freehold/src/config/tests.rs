use std::error::Error as _;

use super::*;

fn read(text: &str) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("freehold.toml");
    std::fs::write(&path, text).expect("writes");
    Config::read(&path)
}

#[test]
fn an_empty_file_says_nothing_new() {
    assert_eq!(read("").expect("reads"), Config::default());
}

#[test]
fn every_key_has_its_effect() {
    let config = read(
        "account = '111122223333'\nregion = 'eu-west-1'\nlisten = 'localhost:0'\n\
         names = ['Freehold', '[2001:db8::1]']\n\
         data = '/var/lib/freehold'\n[limits]\nthrottling = true",
    );
    assert_eq!(
        config.expect("reads"),
        Config {
            account: "111122223333".into(),
            region: "eu-west-1".into(),
            listen: "127.0.0.1:0".parse().expect("an address"),
            names: vec!["freehold".into(), "[2001:db8::1]".into()],
            data: "/var/lib/freehold".into(),
            throttling: true,
            endpoints: BTreeMap::new(),
            enforce: None,
            containers: Containers::default(),
            issuers: BTreeMap::new(),
            tls: Tls::default(),
            clusters: Vec::new(),
        }
    );
}

#[test]
fn an_endpoint_is_found_by_any_name_of_its_service() {
    let text = "url = 'http://localhost:5000'\nregion = 'eu-west-1'\naccess_key_id = 'a'\n\
                secret_access_key = 's3cret'\ntimeout_seconds = 3";
    for name in ["logs", "cloudwatchlogs"] {
        let config = read(&format!("[endpoints.{name}]\n{text}")).expect("reads");
        let endpoint = &config.endpoints["cloudwatchlogs"];
        assert_eq!(endpoint.timeout, Duration::from_secs(3));
        assert_eq!(endpoint.region.as_deref(), Some("eu-west-1"));
        assert!(!format!("{config:?}").contains("s3cret"), "a secret is not shown");
    }
    let unsigned = read("[endpoints.ssm]\nurl = 'https://localhost'\nsign = false");
    assert_eq!(unsigned.expect("reads").endpoints["ssm"].key, None);
}

#[test]
fn containers_are_run_by_docker_if_the_file_says_so() {
    let config = read("[containers]\nengine = 'docker'\ntasks_max = 3").expect("reads");
    let docker = Docker { socket: "/var/run/docker.sock".into(), network: "host".into() };
    assert_eq!(config.containers, Containers { docker: Some(docker), tasks_max: 3 });
    let text = "[containers]\nengine = 'docker'\ndocker_host = 'unix:///run/podman.sock'\nnetwork = 'bridge'";
    let docker = Docker { socket: "/run/podman.sock".into(), network: "bridge".into() };
    assert_eq!(read(text).expect("reads").containers.docker, Some(docker));
    assert_eq!(read("[containers]\nengine = 'process'").expect("reads"), Config::default());
    for text in [
        "engine = 'podman'",
        "docker_host = 'unix:///run/podman.sock'",
        "engine = 'docker'\ndocker_host = 'tcp://localhost:2375'",
        "tasks_max = 0",
    ] {
        assert!(read(&format!("[containers]\n{text}")).is_err(), "{text}");
    }
}

#[test]
fn an_issuer_has_its_keys_where_the_file_says() {
    let text = "[issuers.'https://example.com/pool/']\njwks_url = 'http://localhost/jwks.json'";
    let issuers = read(text).expect("reads").issuers;
    assert_eq!(issuers["https://example.com/pool"], "http://localhost/jwks.json");
    assert!(read("[issuers.'https://example.com']\njwks_url = 'jwks.json'").is_err());
}

#[test]
fn certificates_come_from_where_the_file_says() {
    let tls = "[tls]\ncertificates = '/etc/certificates'\ndevelopment_authority = false\n";
    let acme = "[tls.acme]\ndirectory = 'https://acme.example/dir'\ncontact = 'mailto:a@example'\n";
    let read_tls = |text: String| read(&text).map(|config| config.tls);
    let server = AcmeServer {
        directory: "https://acme.example/dir".into(),
        contact: Some("mailto:a@example".into()),
        trusted_roots: None,
    };
    assert_eq!(
        read_tls(format!("{tls}{acme}accepts_terms = true")).expect("reads"),
        Tls {
            certificates: Some("/etc/certificates".into()),
            development_authority: Some(false),
            acme: Some(server),
        }
    );
    assert!(read_tls(format!("{acme}accepts_terms = false")).is_err());
    assert!(
        read_tls("[tls.acme]\ndirectory = 'http://acme'\naccepts_terms = true".into()).is_err()
    );
}

#[test]
fn a_database_is_behind_the_arns_that_the_file_says() {
    let (cluster, secret) =
        ("arn:aws:rds:us-east-1:0:cluster:a", "arn:aws:secretsmanager:us-east-1:0:secret:a");
    let rds = |cluster: &str, secret: &str, url: &str| {
        read(&format!(
            "[[rds]]\nresource_arn = '{cluster}'\nsecret_arn = '{secret}'\nurl = '{url}'"
        ))
    };
    let url = "postgresql://ann:s3cret@localhost/shop";
    let config = rds(cluster, secret, url).expect("reads");
    assert_eq!(config.clusters[0].secret_arn, secret);
    assert!(!format!("{config:?}").contains("s3cret"), "a password is not shown");
    for (cluster, secret, url) in [
        ("orders", secret, url),
        (cluster, "orders", url),
        (cluster, secret, "mysql://ann@localhost/shop"),
    ] {
        assert!(rds(cluster, secret, url).is_err(), "{cluster} {secret} {url}");
    }
}

#[test]
fn an_endpoint_that_cannot_be_asked_is_refused() {
    for text in [
        "[endpoints.nothing]\nurl = 'http://localhost'\nsign = false",
        "[endpoints.ssm]\nurl = 'localhost:5000'\nsign = false",
        "[endpoints.ssm]\nurl = 'http://localhost'",
        "[endpoints.ssm]\nsign = false",
    ] {
        assert!(read(text).is_err(), "{text}");
    }
}

#[test]
fn an_unknown_key_is_an_error_that_names_it() {
    for text in ["acount = '1'", "[limits]\nthrotling = true"] {
        let error = read(text).expect_err("is refused");
        let source = error.source().expect("has a source").to_string();
        assert!(source.contains("acount") || source.contains("throtling"), "{source}");
    }
}

#[test]
fn values_that_make_no_arn_or_address_are_refused() {
    for text in [
        "account = '12'",
        "region = 'US EAST'",
        "region = 'mars'",
        "region = ''",
        "names = ['freehold:4566']",
        "listen = 'here'",
    ] {
        assert!(read(text).is_err(), "{text}");
    }
}

/// The keys of a table: whoever writes another one is told them.
fn keys(table: &str) -> Vec<String> {
    let error = read(&format!("{table}\nanother = 1")).expect_err("is refused");
    let told = error.source().expect("has a source").to_string();
    let (_, told) = told.split_once("expected ").expect("names the keys");
    told.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_page_about_the_configuration_has_every_key() {
    let page = include_str!("../../../../docs/configuration.md");
    let (_, sample) = page.split_once("```toml\n").expect("has a sample");
    let (sample, _) = sample.split_once("```").expect("ends");
    read(sample).expect("is a configuration");
    for table in [
        "",
        "[limits]",
        "[iam]",
        "[endpoints.rekognition]",
        "[containers]",
        "[issuers.\"https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool\"]",
        "[[rds]]",
        "[tls]",
        "[tls.acme]",
    ] {
        let (_, written) = sample.split_once(table).expect("is in the sample");
        let written = written.split_once("\n[").map_or(written, |(written, _)| written);
        for key in keys(table) {
            let is_a_table =
                sample.lines().any(|line| line.starts_with('[') && line.contains(&key));
            let is_written =
                |line: &str| line.trim_start_matches("# ").starts_with(&format!("{key} = "));
            assert!(is_a_table || written.lines().any(is_written), "{key} of {table:?}");
        }
    }
}
