"""What companies do: twelve industries, called as LinkedIn (and therefore Apollo) calls them."""

from dataclasses import dataclass

from actors.simulator.words import words


@dataclass(frozen=True, slots=True)
class Industry:
    """An industry: how often it occurs and what its companies call themselves, say and use."""

    name: str
    weight: int
    funded: float
    descriptors: tuple[str, ...]
    keywords: tuple[str, ...]
    offers: tuple[str, ...]
    technologies: tuple[str, ...]


AUDIENCES = words(
    "mid-sized manufacturers, growing online shops, regional hospitals, finance teams, logistics planners, "
    "independent hotels, school districts, energy utilities, field service crews, agencies, sales teams, "
    "builders"
)

GENERAL_TECHNOLOGIES = words(
    "Google Analytics, Google Tag Manager, WordPress, Salesforce, HubSpot, Slack, Microsoft Office 365, "
    "Zendesk, Mailchimp, Cloudflare, LinkedIn Ads, Hotjar, Intercom, Zoom, Marketo, Segment"
)

INDUSTRIES: dict[str, Industry] = {
    industry.name: industry
    for industry in (
        Industry(
            "computer software",
            20,
            0.6,
            words("Software, Labs, Cloud, Technologies, Apps"),
            words("saas, b2b, workflow automation, analytics, developer tools, api, crm, cloud computing"),
            words(
                "Workflow software, Planning software, An analytics platform, A no-code toolkit, Support "
                "software"
            ),
            words("React, Node.js, Amazon AWS, Kubernetes, PostgreSQL, Stripe, Datadog, GitHub, Python"),
        ),
        Industry(
            "information technology & services",
            14,
            0.3,
            words("Systems, IT Services, Consulting, Digital, Networks"),
            words(
                "it consulting, managed services, cybersecurity, cloud migration, data engineering, "
                "outsourcing"
            ),
            words("Managed IT, Cloud migration, Security monitoring, Data engineering, Help desk services"),
            words("Microsoft Azure, Amazon AWS, VMware, Jira, ServiceNow, Terraform, Python"),
        ),
        Industry(
            "financial services",
            10,
            0.45,
            words("Capital, Finance, Pay, Lending, Wealth"),
            words("payments, lending, fintech, wealth management, compliance, invoicing, insurance"),
            words(
                "Invoice financing, Card issuing, Payment reconciliation, Credit scoring, Portfolio reporting"
            ),
            words("Stripe, Plaid, Java, Oracle, Amazon AWS, DocuSign, Snowflake"),
        ),
        Industry(
            "hospital & health care",
            9,
            0.4,
            words("Health, Care, Clinics, Medical, Diagnostics"),
            words("digital health, telemedicine, clinics, diagnostics, patient engagement, medical devices"),
            words(
                "Appointment booking, Remote monitoring, Diagnostic imaging, Care coordination, Patient "
                "intake"
            ),
            words("Epic, Twilio, Microsoft Azure, Angular, Okta, DocuSign"),
        ),
        Industry(
            "machinery",
            9,
            0.12,
            words("Machinery, Automation, Engineering, Robotics, Tools"),
            words("industrial automation, robotics, cnc, predictive maintenance, packaging, precision parts"),
            words("Packaging machines, Robot cells, Spare parts, Predictive maintenance, Precision tooling"),
            words("SAP, AutoCAD, SolidWorks, Siemens PLM, Microsoft Dynamics"),
        ),
        Industry(
            "retail",
            8,
            0.2,
            words("Retail, Stores, Market, Goods, Outfitters"),
            words("e-commerce, omnichannel, consumer goods, fashion, loyalty programs, home and garden"),
            words("Home goods, Outdoor gear, Refurbished electronics, Children's clothing, Speciality food"),
            words("Shopify, Magento, Klaviyo, Stripe, PayPal, Facebook Pixel"),
        ),
        Industry(
            "marketing & advertising",
            7,
            0.2,
            words("Media, Agency, Studio, Marketing, Creative"),
            words("lead generation, content marketing, branding, seo, performance marketing, adtech"),
            words("Lead generation, Brand strategy, Search campaigns, Video production, Event marketing"),
            words("Webflow, Adobe Creative Cloud, Google Ads, Facebook Pixel, Semrush"),
        ),
        Industry(
            "logistics & supply chain",
            6,
            0.25,
            words("Logistics, Freight, Supply, Forwarding, Fleet"),
            words("freight forwarding, warehousing, last mile, fleet management, cold chain, customs"),
            words("Freight booking, Warehouse space, Same-day delivery, Fleet tracking, Customs clearance"),
            words("SAP, Oracle, Samsara, Microsoft Dynamics, Twilio"),
        ),
        Industry(
            "construction",
            5,
            0.06,
            words("Construction, Build, Contractors, Structures, Homes"),
            words("general contractor, modular building, renovation, civil engineering, bim, roofing"),
            words("Modular homes, Roof renovation, Site management, Steel structures, Interior fit-outs"),
            words("Procore, AutoCAD, Revit, Sage, Microsoft Dynamics"),
        ),
        Industry(
            "e-learning",
            4,
            0.4,
            words("Learning, Academy, Education, Courses, Skills"),
            words("edtech, online courses, corporate training, certification, language learning, lms"),
            words(
                "Compliance courses, Language lessons, Onboarding programmes, Exam preparation, Coding "
                "bootcamps"
            ),
            words("Moodle, Vimeo, Stripe, React, Amazon AWS, Twilio"),
        ),
        Industry(
            "renewables & environment",
            4,
            0.35,
            words("Energy, Solar, Renewables, Power, Climate"),
            words("solar, wind, energy storage, carbon accounting, ev charging, recycling"),
            words("Rooftop solar, Battery storage, Carbon accounting, Charging points, Heat pumps"),
            words("SAP, Python, Microsoft Azure, Grafana, Power BI"),
        ),
        Industry(
            "hospitality",
            4,
            0.1,
            words("Hotels, Hospitality, Kitchens, Travel, Resorts"),
            words("hotels, restaurants, travel, catering, events, property management"),
            words("Group bookings, Corporate catering, Boutique stays, Event venues, Restaurant supplies"),
            words("Oracle, Toast, Mews, Stripe, Facebook Pixel"),
        ),
    )
}
