import { MapChart } from 'echarts/charts'
import { GeoComponent, TooltipComponent, VisualMapComponent } from 'echarts/components'
import { init, registerMap, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { worldShapes } from './world.ts'

// Only what the map uses; it is loaded with the first map.
use([MapChart, GeoComponent, VisualMapComponent, TooltipComponent, CanvasRenderer])
// the types of ECharts know no properties of their own
registerMap('world', worldShapes() as Parameters<typeof registerMap>[1])

export { init }
