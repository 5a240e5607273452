import {
  ActionIcon,
  Anchor,
  Avatar,
  Button,
  type CSSVariablesResolver,
  createTheme,
  type MantineColorsTuple,
  Notification,
  SegmentedControl,
} from '@mantine/core'

/**
 * The colours and measures of the pages. Contrast is at least 4.5 for text and 3 for controls, on every surface
 * that the two are used on.
 */

const hedge: MantineColorsTuple = [
  '#e4f1ea',
  '#c9e4d6',
  '#9fd3ba',
  '#7dcbaa',
  '#5cc39a',
  '#3fa67d',
  '#2c8563',
  '#1f6b4f',
  '#185640',
  '#103c2d',
]
const dark: MantineColorsTuple = [
  '#e8eaed',
  '#c9ced3',
  '#a6aeb7',
  '#7b848e',
  '#2f353c',
  '#2a3037',
  '#22262b',
  '#1a1d21',
  '#121518',
  '#0d0f11',
]

type Tokens = Record<string, string>
const light: Tokens = {
  '--page': '#f6f7f8',
  '--surface': '#ffffff',
  '--raised': '#ffffff',
  '--sunken': '#eceff1',
  '--border': '#dfe3e7',
  '--control-border': '#7f878f',
  '--text': '#1a1d21',
  '--muted': '#565e67',
  '--primary': '#1f6b4f',
  '--on-primary': '#ffffff',
  '--primary-tint': '#e4f1ea',
  '--link': '#1b5fa8',
  '--link-tint': '#e8f1fb',
  '--heat': '#4f73ff',
  '--danger': '#b3261e',
  '--on-danger': '#ffffff',
  '--danger-tint': '#fdecea',
  '--warning': '#805300',
  '--warning-tint': '#fff3d1',
}
const darkTokens: Tokens = {
  '--page': '#121518',
  '--surface': '#1a1d21',
  '--raised': '#22262b',
  '--sunken': '#0d0f11',
  '--border': '#2f353c',
  '--control-border': '#7b848e',
  '--text': '#e8eaed',
  '--muted': '#a6aeb7',
  '--primary': '#5cc39a',
  '--on-primary': '#0b1f17',
  '--primary-tint': '#16352a',
  '--link': '#84b9ff',
  '--link-tint': '#14283f',
  '--heat': '#6f93ff',
  '--danger': '#ff8f85',
  '--on-danger': '#2b0a07',
  '--danger-tint': '#3f1a17',
  '--warning': '#f0c250',
  '--warning-tint': '#3a2d0a',
}

/** Mantine's own names for the same things, so that its parts and ours look alike. */
const named = (tokens: Tokens): Tokens => ({
  ...tokens,
  '--mantine-color-body': tokens['--page']!,
  '--mantine-color-text': tokens['--text']!,
  '--mantine-color-bright': tokens['--text']!,
  '--mantine-color-dimmed': tokens['--muted']!,
  '--mantine-color-placeholder': tokens['--muted']!,
  '--mantine-color-default': tokens['--surface']!,
  '--mantine-color-default-hover': tokens['--sunken']!,
  '--mantine-color-default-border': tokens['--border']!,
  '--mantine-color-anchor': tokens['--link']!,
  '--mantine-color-error': tokens['--danger']!,
})

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: named(light),
  dark: named(darkTokens),
})

export const theme = createTheme({
  primaryColor: 'hedge',
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  colors: { hedge, dark },
  fontFamily:
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', Arial, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace",
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '1.34', sm: '1.4', md: '1.43', lg: '1.5', xl: '1.4' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  defaultRadius: 6,
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  components: {
    Notification: Notification.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Dismiss' } } }),
    Button: Button.extend({
      vars: (_theme, props) => ({
        root:
          props.variant === 'default'
            ? { '--button-bd': '1px solid var(--control-border)', '--button-color': 'var(--text)' }
            : props.variant && props.variant !== 'filled'
              ? {}
              : props.color === 'red'
                ? {
                    '--button-bg': 'var(--danger)',
                    '--button-hover': 'var(--danger)',
                    '--button-color': 'var(--on-danger)',
                  }
                : { '--button-color': 'var(--on-primary)' },
      }),
    }),
    ActionIcon: ActionIcon.extend({
      vars: (_theme, props) => ({
        root:
          props.variant === 'default'
            ? { '--ai-bd': '1px solid var(--control-border)', '--ai-color': 'var(--text)' }
            : props.variant === 'subtle'
              ? { '--ai-color': 'var(--muted)', '--ai-hover': 'var(--sunken)' }
              : { '--ai-color': 'var(--on-primary)' },
      }),
    }),
    // by name, so that pages without them do not load them
    Modal: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    Drawer: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    Anchor: Anchor.extend({ defaultProps: { underline: 'always' } }),
    SegmentedControl: SegmentedControl.extend({ defaultProps: { withItemsBorders: false } }),
    Avatar: Avatar.extend({
      vars: () => ({ root: { '--avatar-bg': 'var(--primary-tint)', '--avatar-color': 'var(--primary)' } }),
    }),
  },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '20px', lineHeight: '28px' },
      h2: { fontSize: '16px', lineHeight: '24px' },
      h3: { fontSize: '14px', lineHeight: '20px' },
    },
  },
})
