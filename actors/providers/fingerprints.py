"""What gives a technology away on a website: addresses and marks within its pages, and headers of its answers.

A table of our own. Each clue is something that a page has only where the technology is in use, such as the host
that its script comes from.
"""

from collections.abc import Mapping

# In small letters, as they stand in a page.
_IN_PAGES: tuple[tuple[bytes, str], ...] = (
    # what the site is written with
    (b"wp-content/", "WordPress"),
    (b'content="wordpress', "WordPress"),
    (b'content="webflow', "Webflow"),
    (b"data-wf-site=", "Webflow"),
    (b'content="wix.com', "Wix"),
    (b"static.parastorage.com", "Wix"),
    (b'content="drupal', "Drupal"),
    (b"data-drupal-", "Drupal"),
    (b'content="joomla', "Joomla"),
    (b"static.squarespace.com", "Squarespace"),
    (b"static1.squarespace.com", "Squarespace"),
    (b'content="typo3', "TYPO3"),
    (b'content="ghost ', "Ghost"),
    (b"framerusercontent.com", "Framer"),
    (b"images.ctfassets.net", "Contentful"),
    (b"cdn.sanity.io", "Sanity"),
    (b"images.prismic.io", "Prismic"),
    (b"a.storyblok.com", "Storyblok"),
    (b"/etc.clientlibs/", "Adobe Experience Manager"),
    # the shop
    (b"cdn.shopify.com", "Shopify"),
    (b"x-magento-init", "Magento"),
    (b"plugins/woocommerce/", "WooCommerce"),
    (b'content="prestashop', "PrestaShop"),
    (b"bigcommerce.com/s-", "BigCommerce"),
    (b"/bundles/storefront/", "Shopware"),
    (b"/on/demandware.", "Salesforce Commerce Cloud"),
    # marketing
    (b"js.hs-scripts.com", "HubSpot"),
    (b"js.hsforms.net", "HubSpot"),
    (b"munchkin.marketo", "Marketo"),
    (b"pi.pardot.com", "Pardot"),
    (b"chimpstatic.com", "Mailchimp"),
    (b"list-manage.com/", "Mailchimp"),
    (b"static.klaviyo.com", "Klaviyo"),
    (b"trackcmp.net", "ActiveCampaign"),
    (b"googleadservices.com/", "Google Ads"),
    (b"connect.facebook.net", "Facebook Pixel"),
    (b"snap.licdn.com", "LinkedIn Ads"),
    (b"bat.bing.com", "Microsoft Advertising"),
    (b"analytics.tiktok.com", "TikTok Pixel"),
    (b"static.ads-twitter.com", "X Ads"),
    (b"static.criteo.net", "Criteo"),
    (b"j.6sc.co", "6sense"),
    (b"tag.demandbase.com", "Demandbase"),
    (b"cdn.optimizely.com", "Optimizely"),
    (b"dev.visualwebsiteoptimizer.com", "VWO"),
    (b"embed.typeform.com", "Typeform"),
    (b"assets.calendly.com", "Calendly"),
    (b"cdn.cookielaw.org", "OneTrust"),
    (b"consent.cookiebot.com", "Cookiebot"),
    (b"app.usercentrics.eu", "Usercentrics"),
    # who counts visitors, and faults
    (b"googletagmanager.com/gtm", "Google Tag Manager"),
    (b"google-analytics.com/", "Google Analytics"),
    (b"googletagmanager.com/gtag", "Google Analytics"),
    (b"cdn.segment.com", "Segment"),
    (b"static.hotjar.com", "Hotjar"),
    (b"cdn.mxpnl.com", "Mixpanel"),
    (b"cdn.amplitude.com", "Amplitude"),
    (b"cdn.heapanalytics.com", "Heap"),
    (b"cdn.matomo.cloud", "Matomo"),
    (b"/matomo.js", "Matomo"),
    (b"plausible.io/js/", "Plausible"),
    (b"clarity.ms/tag/", "Microsoft Clarity"),
    (b"edge.fullstory.com", "FullStory"),
    (b"i.posthog.com", "PostHog"),
    (b"assets.adobedtm.com", "Adobe Experience Platform"),
    (b"js-agent.newrelic.com", "New Relic"),
    (b"datadoghq-browser-agent.com", "Datadog"),
    (b"sentry-cdn.com", "Sentry"),
    # who talks to visitors
    (b"widget.intercom.io", "Intercom"),
    (b"js.driftt.com", "Drift"),
    (b"embed.tawk.to", "tawk.to"),
    (b"cdn.livechatinc.com", "LiveChat"),
    (b"client.crisp.chat", "Crisp"),
    (b"code.tidio.co", "Tidio"),
    (b"js.qualified.com", "Qualified"),
    # support
    (b"static.zdassets.com", "Zendesk"),
    (b"widget.freshworks.com", "Freshdesk"),
    (b"wchat.freshchat.com", "Freshchat"),
    (b"beacon-v2.helpscout.net", "Help Scout"),
    (b"config.gorgias.chat", "Gorgias"),
    # payments
    (b"js.stripe.com", "Stripe"),
    (b"paypal.com/sdk/js", "PayPal"),
    (b"paypalobjects.com", "PayPal"),
    (b"js.braintreegateway.com", "Braintree"),
    (b"x.klarnacdn.net", "Klarna"),
    (b"checkoutshopper-live.adyen.com", "Adyen"),
    (b"js.mollie.com", "Mollie"),
    (b"cdn.paddle.com", "Paddle"),
    (b"js.chargebee.com", "Chargebee"),
    # frameworks
    (b"data-reactroot", "React"),
    (b"/_next/static/", "Next.js"),
    (b"ng-version=", "Angular"),
    (b"data-v-app", "Vue.js"),
    (b"/_nuxt/", "Nuxt"),
    (b'id="___gatsby"', "Gatsby"),
    (b"<astro-island", "Astro"),
)
# The header, what its value has in it in small letters (nothing: that it is there), and the technology.
_IN_HEADERS: tuple[tuple[str, str, str], ...] = (
    ("cf-ray", "", "Cloudflare"),
    ("server", "cloudflare", "Cloudflare"),
    ("x-amz-cf-id", "", "Amazon AWS"),
    ("server", "amazons3", "Amazon AWS"),
    ("x-azure-ref", "", "Microsoft Azure"),
    ("x-fastly-request-id", "", "Fastly"),
    ("x-akamai-transformed", "", "Akamai"),
    ("server", "akamaighost", "Akamai"),
    ("x-vercel-id", "", "Vercel"),
    ("x-nf-request-id", "", "Netlify"),
    ("x-github-request-id", "", "GitHub Pages"),
    ("via", "vegur", "Heroku"),
    ("fly-request-id", "", "Fly.io"),
    ("x-sucuri-id", "", "Sucuri"),
    ("x-iinfo", "", "Imperva"),
    ("x-powered-by", "wp engine", "WP Engine"),
    ("x-kinsta-cache", "", "Kinsta"),
    ("x-pantheon-styx-hostname", "", "Pantheon"),
    ("x-hs-hub-id", "", "HubSpot"),
    ("x-shopid", "", "Shopify"),
    ("x-wix-request-id", "", "Wix"),
    ("x-generator", "drupal", "Drupal"),
    ("x-drupal-cache", "", "Drupal"),
    ("x-powered-by", "express", "Node.js"),
    ("x-powered-by", "next.js", "Next.js"),
    ("x-powered-by", "php", "PHP"),
    ("x-powered-by", "asp.net", "ASP.NET"),
    ("server", "microsoft-iis", "Microsoft IIS"),
    ("server", "nginx", "nginx"),
    ("server", "apache", "Apache"),
    ("server", "litespeed", "LiteSpeed"),
)


def technologies(page: bytes, headers: Mapping[str, str]) -> dict[str, str]:
    """The technologies that give themselves away, each with its first clue. The page is in small letters."""
    found: dict[str, str] = {}
    for mark, name in _IN_PAGES:
        if name not in found and mark in page:
            found[name] = mark.decode()
    for header, part, name in _IN_HEADERS:
        value = headers.get(header)
        if name not in found and value is not None and part in value.lower():
            found[name] = f"{header}: {part}" if part else header
    return found
