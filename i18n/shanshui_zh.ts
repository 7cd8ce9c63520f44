<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
  <context>
    <name>Shanshui</name>
    <message>
      <source>A standard: its layers, code lists and rules.</source>
      <translation>一个标准：图层、代码表和规则。</translation>
    </message>
    <message>
      <source>All rules</source>
      <translation>全部规则</translation>
    </message>
    <message>
      <source>All severities</source>
      <translation>全部级别</translation>
    </message>
    <message>
      <source>All states</source>
      <translation>全部状态</translation>
    </message>
    <message>
      <source>As the window</source>
      <translation>同界面语言</translation>
    </message>
    <message>
      <source>Create the sample county…</source>
      <translation>生成示例县…</translation>
    </message>
    <message>
      <source>Decimals of areas and lengths</source>
      <translation>面积和长度的小数位数</translation>
    </message>
    <message>
      <source>Defaults</source>
      <translation>缺省值</translation>
    </message>
    <message>
      <source>Edition in use</source>
      <translation>使用的版本</translation>
    </message>
    <message>
      <source>Error</source>
      <translation>错误</translation>
    </message>
    <message>
      <source>Exception</source>
      <translation>例外</translation>
    </message>
    <message>
      <source>Feature</source>
      <translation>要素</translation>
    </message>
    <message>
      <source>Field</source>
      <translation>字段</translation>
    </message>
    <message>
      <source>Finding</source>
      <translation>问题</translation>
    </message>
    <message>
      <source>Findings</source>
      <translation>问题</translation>
    </message>
    <message>
      <source>Findings as exceptions</source>
      <translation>问题设为例外</translation>
    </message>
    <message>
      <source>Findings open again</source>
      <translation>问题设为未处理</translation>
    </message>
    <message>
      <source>First seen</source>
      <translation>首次发现</translation>
    </message>
    <message>
      <source>Fixed</source>
      <translation>已修复</translation>
    </message>
    <message>
      <source>Folder of own packs</source>
      <translation>自己的标准包目录</translation>
    </message>
    <message>
      <source>Folders of own packs may bring other editions; the last one is used unless another is chosen.</source>
      <translation>自己的标准包目录可以带来其他版本；未另选时使用最后一个。</translation>
    </message>
    <message>
      <source>Its packs lie over the shipped ones row by row: a province is a small folder.</source>
      <translation>其中的标准包逐行叠加在随附的标准包上：一个省就是一个小目录。</translation>
    </message>
    <message>
      <source>Language of outputs</source>
      <translation>成果语言</translation>
    </message>
    <message>
      <source>Layer</source>
      <translation>图层</translation>
    </message>
    <message>
      <source>Layer of findings, as Check layers writes it</source>
      <translation>问题图层，即“数据质检”的输出</translation>
    </message>
    <message>
      <source>Manual</source>
      <translation>手册</translation>
    </message>
    <message>
      <source>Method of areas</source>
      <translation>面积方法</translation>
    </message>
    <message>
      <source>No browser opens the manual. It lies here: {path}</source>
      <translation>没有浏览器能打开手册，手册在：{path}</translation>
    </message>
    <message>
      <source>No layer holds findings. Run Check layers and load its result.</source>
      <translation>没有问题图层：请运行“数据质检”并加载结果。</translation>
    </message>
    <message>
      <source>Note</source>
      <translation>提示</translation>
    </message>
    <message>
      <source>Open</source>
      <translation>未处理</translation>
    </message>
    <message>
      <source>Operator's name</source>
      <translation>操作员姓名</translation>
    </message>
    <message>
      <source>Options…</source>
      <translation>选项…</translation>
    </message>
    <message>
      <source>Pack</source>
      <translation>标准包</translation>
    </message>
    <message>
      <source>Parcels and units by code or name</source>
      <translation>按代码或名称查找宗地、图斑和单元</translation>
    </message>
    <message>
      <source>Python packages</source>
      <translation>Python 组件</translation>
    </message>
    <message>
      <source>Reason</source>
      <translation>理由</translation>
    </message>
    <message>
      <source>Reason of an exception</source>
      <translation>例外的理由</translation>
    </message>
    <message>
      <source>Rows of our own, to be replaced by yours.</source>
      <translation>本插件自定的行，请用自己的替换。</translation>
    </message>
    <message>
      <source>Rows read in the published text.</source>
      <translation>见于公布正文的行。</translation>
    </message>
    <message>
      <source>Rows seen in working software or real databases.</source>
      <translation>见于在用软件或实际数据库的行。</translation>
    </message>
    <message>
      <source>Rows that come from the folder of own packs.</source>
      <translation>来自自己的标准包目录的行。</translation>
    </message>
    <message>
      <source>Rule</source>
      <translation>规则</translation>
    </message>
    <message>
      <source>Save</source>
      <translation>保存</translation>
    </message>
    <message>
      <source>Set as exception</source>
      <translation>设为例外</translation>
    </message>
    <message>
      <source>Set open</source>
      <translation>设为未处理</translation>
    </message>
    <message>
      <source>Severity</source>
      <translation>级别</translation>
    </message>
    <message>
      <source>Standards</source>
      <translation>标准</translation>
    </message>
    <message>
      <source>State</source>
      <translation>状态</translation>
    </message>
    <message>
      <source>Switch on the plugin Processing first (Plugins ▸ Manage and Install Plugins).</source>
      <translation>请先启用 Processing 插件（插件 ▸ 管理并安装插件）。</translation>
    </message>
    <message>
      <source>The layer is not in the project any more.</source>
      <translation>该图层已不在工程中。</translation>
    </message>
    <message>
      <source>The manual cannot be written ({reason}). Look into the folder resources/help of the plugin.</source>
      <translation>手册写不出来（{reason}）。请看插件目录中的 resources/help。</translation>
    </message>
    <message>
      <source>This feature has no place on the map.</source>
      <translation>该要素在地图上没有位置。</translation>
    </message>
    <message>
      <source>This finding has no place on the map.</source>
      <translation>这条问题没有图上位置。</translation>
    </message>
    <message>
      <source>Undo</source>
      <translation>撤销</translation>
    </message>
    <message>
      <source>Warning</source>
      <translation>警告</translation>
    </message>
    <message>
      <source>Words to look for</source>
      <translation>要查找的文字</translation>
    </message>
    <message>
      <source>Write the decisions into the layer; they can be undone until then.</source>
      <translation>把处理结果写入图层；保存之前可以撤销。</translation>
    </message>
    <message>
      <source>Written into run manifests and audit records.</source>
      <translation>写入运行清单和审计记录。</translation>
    </message>
    <message>
      <source>cannot be imported</source>
      <translation>无法导入</translation>
    </message>
    <message>
      <source>default</source>
      <translation>自定</translation>
    </message>
    <message>
      <source>not found</source>
      <translation>未找到</translation>
    </message>
    <message>
      <source>own</source>
      <translation>自有</translation>
    </message>
    <message>
      <source>practice</source>
      <translation>惯例</translation>
    </message>
    <message>
      <source>standard</source>
      <translation>标准</translation>
    </message>
    <message>
      <source>{shown} of {all} findings, {selected} selected</source>
      <translation>显示 {shown} / 共 {all} 条问题，已选 {selected} 条</translation>
    </message>
  </context>
</TS>
