import { BarChart, LineChart } from 'echarts/charts'
import { GridComponent, MarkLineComponent, TooltipComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

// Only what the charts use: the whole library is twice as large.
use([LineChart, BarChart, GridComponent, MarkLineComponent, TooltipComponent, CanvasRenderer])

export { init }
