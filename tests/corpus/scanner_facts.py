"""What the corpus holds beside what its count says: measured, each difference with its reason.

Keys are paths below ``scans/``. The table in ``docs/scanners.md`` is made from these.
"""

from __future__ import annotations

FORMATS = {
    "acunetix": "acunetix",
    "apkleaks": "apkleaks",
    "bandit": "bandit",
    "burp_suite_dast": "burp-dast",
    "burp_xml": "burp",
    "checkov": "checkov",
    "cyclonedx": "cyclonedx",
    "dependency_check": "dependency-check",
    "detect_secrets": "detect-secrets",
    "generic": "dojo-generic",
    "github_vulnerability": "github",
    "gitlab_dast": "gitlab-dast",
    "gitlab_sast": "gitlab-sast",
    "gitleaks": "gitleaks",
    "gosec": "gosec",
    "govulncheck": "govulncheck",
    "grype": "grype",
    "hadolint": "hadolint",
    "kubeaudit": "kubeaudit",
    "kubebench": "kube-bench",
    "kubehunter": "kube-hunter",
    "kubelinter": "kube-linter",
    "kubescape": "kubescape",
    "mobsf": "mobsf",
    "mobsf_scorecard": "mobsf",
    "mozilla_observatory": "observatory",
    "nikto": "nikto",
    "nmap": "nmap",
    "npm_audit": "npm-audit",
    "npm_audit_7_plus": "npm-audit",
    "nuclei": "nuclei",
    "ohdf": "ohdf",
    "openvas": "openvas",
    "openvex": "openvex",
    "osv_scanner": "osv-scanner",
    "pip_audit": "pip-audit",
    "popeye": "popeye",
    "prowler": "prowler",
    "retirejs": "retirejs",
    "sarif": "sarif",
    "semgrep": "semgrep",
    "snyk": "snyk",
    "sonarqube": "sonarqube",
    "sqlmap": "sqlmap",
    "ssl_labs": "ssl-labs",
    "sslyze": "sslyze",
    "tenable": "nessus",
    "terrascan": "terrascan",
    "testssl": "testssl",
    "tfsec": "tfsec",
    "trivy": "trivy",
    "trivy_operator": "trivy-operator",
    "trufflehog": "trufflehog",
    "wapiti": "wapiti",
    "wpscan": "wpscan",
    "zap_json": "zap",
    "zap_xml": "zap",
}
"""Folder of the corpus -> format that must be recognised."""

REFUSED = {
    "generic/generic_empty.json": "fields that the format needs are missing",
    "generic/generic_invalid.json": "fields that the format does not have",
    "gitlab_dast/empty_with_error.json": "error lines of another tool",
    "gitleaks/no_findings.json": "the literal null names no tool",
    "npm_audit/empty_with_error.json": "the error document of npm",
    "nuclei/empty.jsonl": "not a byte in it",
    "openvex/openvex_not_a_document.json": "a list, no document",
    "osv_scanner/no_findings.json": "not a byte in it",
    "pip_audit/empty.json": "an empty list names no tool",
    "prowler/prowler_zero_vul.json": "an empty list names no tool",
    "sarif/invalid-sarif.sarif": "results is no list",
    "sonarqube/empty_zip.zip": "an archive without a report",
    "trivy/legacy_no_vuln.json": "the literal null names no tool",
}
"""Reports that prove nothing or are none, and why."""

READ_DIFFERS = {
    "checkov/checkov_synthetic.json": (
        3,
        "1 failed, 1 passed and 1 skipped check, the last suppressed with its comment",
    ),
    "cyclonedx/cyclonedx_bom.xml": (
        73,
        "the 73 components of a plain bill of materials, as observations",
    ),
    "dependency_check/multiple_vulnerabilities_has_multiple_findings.xml": (
        9,
        "7 vulnerabilities and 2 that the report suppresses, kept with their notes",
    ),
    "kubebench/kube-bench-report-many-vuln.json": (
        24,
        "4 FAIL and 20 PASS; passes are evidence too",
    ),
    "kubebench/kube-bench-report-one-vuln.json": (
        23,
        "1 FAIL and 22 PASS",
    ),
    "kubebench/kube-bench-report-zero-vuln.json": (
        23,
        "23 PASS",
    ),
    "kubescape/many_findings.json": (
        823,
        "289 failed (60 excused, so suppressed), 421 passed, 113 irrelevant controls",
    ),
    "kubescape/results.json": (
        35,
        "20 passed controls and 15 irrelevant ones of the summary; none failed",
    ),
    "mozilla_observatory/demo.json": (
        12,
        "all 12 tests, 9 of them passed",
    ),
    "mozilla_observatory/mozilla_no_vuln.json": (
        4,
        "all 4 tests, all passed",
    ),
    "nmap/nmap_7.93_localhost.xml": (
        8,
        "3 open ports and 5 outputs of scripts",
    ),
    "nmap/nmap_script_vulners.xml": (
        3,
        "1 open port and 2 CVE numbers that its script lists",
    ),
    "prowler/example_output_aws.csv": (
        4,
        "2 FAIL and 2 MANUAL, which a person must judge",
    ),
    "testssl/demo.csv": (
        33,
        "all rows: 21 OK are passes, 12 INFO observations",
    ),
    "testssl/failed_target.csv": (
        1,
        "the FATAL row, an observation that fails the scan",
    ),
    "testssl/overall_medium.csv": (
        10,
        "all rows, 1 of them open",
    ),
    "testssl/references.csv": (
        56,
        "all rows, 39 of them open",
    ),
    "testssl/testssl_3.0.8_flat.json": (
        155,
        "all rows, 11 of them open and one that a person must judge",
    ),
    "trivy_operator/cis_benchmark.json": (
        897,
        "795 failed checks, 94 passed controls, 8 controls left to a person",
    ),
    "wapiti/wapiti_3.2.3_vuln.json": (
        11,
        "10 vulnerabilities and 1 anomaly, which is a result too",
    ),
}
"""Results read where the count has another number, and what they are."""

CWE_DIFFERS: dict[str, tuple[tuple[int, ...], str]] = {
    "apkleaks/apkleaks_many_vuln.json": (
        (798,),
        "a secret in plain sight",
    ),
    "cyclonedx/log4j.json": (
        (1395,),
        "a dependency with a known vulnerability that names no CWE of its own",
    ),
    "cyclonedx/no-severity.json": (
        (1395,),
        "a dependency with a known vulnerability that names no CWE of its own",
    ),
    "dependency_check/multiple_vulnerabilities_has_multiple_findings.xml": (
        (
            78,
            1395,
        ),
        "78 stands in a suppressed vulnerability; 1395 where none is named",
    ),
    "dependency_check/single_vuln.xml": (
        (1395,),
        "a dependency with a known vulnerability that names no CWE of its own",
    ),
    "generic/generic_report_multi_cwe_fabricated.json": (
        (
            89,
            200,
        ),
        "the field cwes, which the count did not read",
    ),
    "gitleaks/data_many.json": (
        (798,),
        "a secret in plain sight",
    ),
    "gitleaks/gitleaks8_many.json": (
        (798,),
        "a secret in plain sight",
    ),
    "gitleaks/issue4336.json": (
        (798,),
        "a secret in plain sight",
    ),
    "grype/fix_available.json": (
        (1395,),
        "a dependency with a known vulnerability that names no CWE of its own",
    ),
    "grype/many_vulns4.json": (
        (1395,),
        "a dependency with a known vulnerability that names no CWE of its own",
    ),
    "grype/many_vulns_with_epss_values.json": (
        (1395,),
        "a dependency with a known vulnerability that names no CWE of its own",
    ),
    "npm_audit/cwe_null.json": (
        (1395,),
        "a dependency with a known vulnerability that names no CWE of its own",
    ),
    "npm_audit/many_vuln.json": (
        (1395,),
        "a dependency with a known vulnerability that names no CWE of its own",
    ),
    "npm_audit_7_plus/many_vulns.json": (
        (1395,),
        "a dependency with a known vulnerability that names no CWE of its own",
    ),
    "ohdf/zap-webgoat-hdf.json": (
        (
            16,
            20,
            89,
            200,
            352,
            425,
            541,
            933,
        ),
        "the field tags.cweid, which the count did not read",
    ),
    "openvex/openvex_many_vuln.json": (
        (1395,),
        "a dependency with a known vulnerability that names no CWE of its own",
    ),
    "pip_audit/many_vulns_new.json": (
        (1395,),
        "a dependency with a known vulnerability that names no CWE of its own",
    ),
    "snyk/snykcontainer_issue_epss.json": (
        (1395,),
        "a dependency with a known vulnerability that names no CWE of its own",
    ),
    "sonarqube/issue_10150.json": (
        (252,),
        "252 belongs to a rule that none of the results has",
    ),
    "sqlmap/sqlmap_many_vuln.csv": (
        (89,),
        "what sqlmap finds is SQL injection",
    ),
    "sqlmap/sqlmap_one_vuln.log": (
        (89,),
        "what sqlmap finds is SQL injection",
    ),
    "trivy/misconfigurations_and_secrets.json": (
        (798,),
        "a secret in plain sight",
    ),
    "trivy_operator/exposedsecretreport_single_vuln.json": (
        (798,),
        "a secret in plain sight",
    ),
    "trufflehog/trufflehog_docker_example.json": (
        (798,),
        "a secret in plain sight",
    ),
    "trufflehog/v2_many_vulns.json": (
        (798,),
        "a secret in plain sight",
    ),
    "trufflehog/v3_git.json": (
        (798,),
        "a secret in plain sight",
    ),
}
"""CWE numbers that only one of us and the count has, and why."""

MERGED = {
    "govulncheck/issue_14642.json": 11,  # entries of the database told again for another module
    "kubehunter/dupe.json": 1,  # the same vulnerability twice
    "ohdf/zap-webgoat-hdf.json": 2,  # as in the report of ZAP that it was made from
    "prowler/example_output_kubernetes.ocsf.json": 1,  # the same check of the same resource twice
    "sarif/bash-report.sarif": 15,  # the tool writes results on one line several times over
    "sarif/gitleaks_7.5.0.sarif": 4,  # the same secret on the same line, once for each commit
    "testssl/testssl_3.0.8_flat.json": 3,  # rows equal in everything
    "trivy_operator/cis_benchmark.json": 201,  # its messages name no container
    "trufflehog/trufflehog_docker_example.json": 12,  # 50 objects, 38 of them different
    "trufflehog/v3_git.json": 1,  # the same address twice
    "wapiti/demo.xml": 5,  # entries equal in everything
    "zap_json/webgoat.json": 2,  # three alerts equal in everything on one site
}
"""Results equal in everything to another one; they are counted, not shown again."""

NOT_CLEAN = {
    "bandit/no_vuln.json": "no line of code was scanned",
    "checkov/checkov-report-0-vuln.json": "nothing passed, failed or was skipped",
    "checkov/checkov2-report-0-vuln.json": "an object of zeros",
    "checkov/checkov_synthetic.json": "a file could not be parsed",
    "cyclonedx/cyclonedx_bom.xml": "a bill of materials without vulnerabilities: nobody looked",
    "cyclonedx/no-severity.json": "it speaks of the vulnerabilities it names alone",
    "cyclonedx/vex.json": "it speaks of the vulnerabilities it names alone",
    "dependency_check/dc_empty.xml": "no dependency was found",
    "github_vulnerability/github_issue2984.json": "there are more pages",
    "gitlab_sast/gl-sast-report-0-vuln.json": "it names no scan",
    "mobsf/no_findings.json": "no rule, so nothing was scanned",
    "mobsf_scorecard/dvba_4_0_7_android_full.json": "a step of the analysis failed",
    "nikto/nikto-report-zero-vuln.xml": "it names no host",
    "ohdf/checkov_synthetic-hdf.json": "a test ended in an error",
    "openvas/no_vuln.xml": "no host answered",
    "openvex/openvex_many_vuln.json": "it speaks of the vulnerabilities it names alone",
    "pip_audit/empty_new.json": "no dependency was found",
    "pip_audit/many_vulns_new.json": "a dependency was not audited",
    "pip_audit/pip-audit_2.10_clean.json": "its only dependency was not audited",
    "pip_audit/zero_vulns.json": "a dependency was not audited",
    "popeye/popeye_many_vul.json": "it counts problems that it does not list",
    "sarif/appendix_k.sarif": "its tool reports an error of its own and went on",
    "sarif/comprehensive.json": "its tool reports an error of its own and went on",
    "sarif/no_runs.sarif": "it holds no run, so nothing was scanned",
    "sarif/tool-names.sarif": "five runs, none with a list of results",
    "semgrep/empty.json": "it names no scanned file",
    "snyk/single_project_no_vulns.json": "no dependency was tested",
    "sonarqube/findings_over_api_empty.json": "it names no project",
    "sqlmap/sqlmap_no_vuln.csv": "it names no target",
    "testssl/defectdojo_no_vuln.csv": "no target was tested",
    "testssl/failed_target.csv": "the target could not be reached",
}
"""Reports that prove the absence of nothing, and why."""
