using Deliberate.Core;

namespace Deliberate.Reports;

/// <summary>A number worth a card: "92%", "Nested arithmetic, every step right", "95% interval 88% to 95%; before RL 47%".</summary>
internal sealed record KeyNumber(string Value, string Label, string Note = "", ChartTone Tone = ChartTone.Blue);
