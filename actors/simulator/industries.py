"""What companies do: twelve industries, called as LinkedIn (and therefore Apollo) calls them."""

from dataclasses import dataclass


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


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(","))


AUDIENCES = _words(
    "mid-sized manufacturers, growing online shops, regional hospitals, finance teams, logistics planners, "
    "independent hotels, school districts, energy utilities, field service crews, agencies, sales teams, builders"
)

GENERAL_TECHNOLOGIES = _words(
    "Google Analytics, Google Tag Manager, WordPress, Salesforce, HubSpot, Slack, Microsoft Office 365, Zendesk, "
    "Mailchimp, Cloudflare, LinkedIn Ads, Hotjar, Intercom, Zoom, Marketo, Segment"
)

INDUSTRIES: dict[str, Industry] = {
    industry.name: industry
    for industry in (
        Industry(
            "computer software",
            20,
            0.6,
            _words("Software, Labs, Cloud, Technologies, Apps"),
            _words("saas, b2b, workflow automation, analytics, developer tools, api, crm, cloud computing"),
            _words("Workflow software, Planning software, An analytics platform, A no-code toolkit, Support software"),
            _words("React, Node.js, Amazon AWS, Kubernetes, PostgreSQL, Stripe, Datadog, GitHub, Python"),
        ),
        Industry(
            "information technology & services",
            14,
            0.3,
            _words("Systems, IT Services, Consulting, Digital, Networks"),
            _words("it consulting, managed services, cybersecurity, cloud migration, data engineering, outsourcing"),
            _words("Managed IT, Cloud migration, Security monitoring, Data engineering, Help desk services"),
            _words("Microsoft Azure, Amazon AWS, VMware, Jira, ServiceNow, Terraform, Python"),
        ),
        Industry(
            "financial services",
            10,
            0.45,
            _words("Capital, Finance, Pay, Lending, Wealth"),
            _words("payments, lending, fintech, wealth management, compliance, invoicing, insurance"),
            _words("Invoice financing, Card issuing, Payment reconciliation, Credit scoring, Portfolio reporting"),
            _words("Stripe, Plaid, Java, Oracle, Amazon AWS, DocuSign, Snowflake"),
        ),
        Industry(
            "hospital & health care",
            9,
            0.4,
            _words("Health, Care, Clinics, Medical, Diagnostics"),
            _words("digital health, telemedicine, clinics, diagnostics, patient engagement, medical devices"),
            _words("Appointment booking, Remote monitoring, Diagnostic imaging, Care coordination, Patient intake"),
            _words("Epic, Twilio, Microsoft Azure, Angular, Okta, DocuSign"),
        ),
        Industry(
            "machinery",
            9,
            0.12,
            _words("Machinery, Automation, Engineering, Robotics, Tools"),
            _words("industrial automation, robotics, cnc, predictive maintenance, packaging, precision parts"),
            _words("Packaging machines, Robot cells, Spare parts, Predictive maintenance, Precision tooling"),
            _words("SAP, AutoCAD, SolidWorks, Siemens PLM, Microsoft Dynamics"),
        ),
        Industry(
            "retail",
            8,
            0.2,
            _words("Retail, Stores, Market, Goods, Outfitters"),
            _words("e-commerce, omnichannel, consumer goods, fashion, loyalty programs, home and garden"),
            _words("Home goods, Outdoor gear, Refurbished electronics, Children's clothing, Speciality food"),
            _words("Shopify, Magento, Klaviyo, Stripe, PayPal, Facebook Pixel"),
        ),
        Industry(
            "marketing & advertising",
            7,
            0.2,
            _words("Media, Agency, Studio, Marketing, Creative"),
            _words("lead generation, content marketing, branding, seo, performance marketing, adtech"),
            _words("Lead generation, Brand strategy, Search campaigns, Video production, Event marketing"),
            _words("Webflow, Adobe Creative Cloud, Google Ads, Facebook Pixel, Semrush"),
        ),
        Industry(
            "logistics & supply chain",
            6,
            0.25,
            _words("Logistics, Freight, Supply, Forwarding, Fleet"),
            _words("freight forwarding, warehousing, last mile, fleet management, cold chain, customs"),
            _words("Freight booking, Warehouse space, Same-day delivery, Fleet tracking, Customs clearance"),
            _words("SAP, Oracle, Samsara, Microsoft Dynamics, Twilio"),
        ),
        Industry(
            "construction",
            5,
            0.06,
            _words("Construction, Build, Contractors, Structures, Homes"),
            _words("general contractor, modular building, renovation, civil engineering, bim, roofing"),
            _words("Modular homes, Roof renovation, Site management, Steel structures, Interior fit-outs"),
            _words("Procore, AutoCAD, Revit, Sage, Microsoft Dynamics"),
        ),
        Industry(
            "e-learning",
            4,
            0.4,
            _words("Learning, Academy, Education, Courses, Skills"),
            _words("edtech, online courses, corporate training, certification, language learning, lms"),
            _words("Compliance courses, Language lessons, Onboarding programmes, Exam preparation, Coding bootcamps"),
            _words("Moodle, Vimeo, Stripe, React, Amazon AWS, Twilio"),
        ),
        Industry(
            "renewables & environment",
            4,
            0.35,
            _words("Energy, Solar, Renewables, Power, Climate"),
            _words("solar, wind, energy storage, carbon accounting, ev charging, recycling"),
            _words("Rooftop solar, Battery storage, Carbon accounting, Charging points, Heat pumps"),
            _words("SAP, Python, Microsoft Azure, Grafana, Power BI"),
        ),
        Industry(
            "hospitality",
            4,
            0.1,
            _words("Hotels, Hospitality, Kitchens, Travel, Resorts"),
            _words("hotels, restaurants, travel, catering, events, property management"),
            _words("Group bookings, Corporate catering, Boutique stays, Event venues, Restaurant supplies"),
            _words("Oracle, Toast, Mews, Stripe, Facebook Pixel"),
        ),
    )
}
