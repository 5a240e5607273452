/** An event like those of a web page: 30 properties, about 1.2 kB. No uuid: the server makes one for each. */
export function sampleEvent(n: number): Record<string, unknown> {
  const properties: Record<string, unknown> = {
    $browser: ['Chrome', 'Safari', 'Firefox'][n % 3],
    $browser_version: 140 + (n % 5),
    $os: ['Mac OS X', 'Windows', 'Linux'][n % 3],
    $device_type: n % 4 ? 'Desktop' : 'Mobile',
    $current_url: `https://shop.example/products/${n % 500}?ref=mail`,
    $host: 'shop.example',
    $pathname: `/products/${n % 500}`,
    $referrer: 'https://search.example/',
    $referring_domain: 'search.example',
    $screen_height: 1080,
    $screen_width: 1920,
    $viewport_height: 900,
    $viewport_width: 1600,
    $lib: 'web',
    $lib_version: '1.449.2',
    $session_id: `0190c2f0-5a44-7cc0-9d6e-${String(n % 1000).padStart(12, '0')}`,
    $window_id: `0190c2f0-5a44-7cc0-9d6f-${String(n % 1000).padStart(12, '0')}`,
    $geoip_disable: true,
  }
  for (let i = 0; i < 12; i++)
    properties[`property ${(n * 7 + i) % 100}`] = i % 2 ? `value ${n % 20}` : n % 1000
  return {
    event: `event ${n % 40}`,
    distinct_id: `user-${n % 5000}`,
    timestamp: new Date().toISOString(),
    properties,
  }
}
