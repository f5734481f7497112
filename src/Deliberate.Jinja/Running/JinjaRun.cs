namespace Deliberate.Jinja;

/// <summary>One rendering in progress: its budget, its clock, the text so far and the spans of its generation blocks.</summary>
internal sealed class JinjaRun
{
    public JinjaRun(TimeProvider time)
    {
        Time = time;
        Output = new JinjaWriter(Budget);
        Document = Output;
    }

    public JinjaBudget Budget { get; } = new();

    public TimeProvider Time { get; }

    /// <summary>Where statements write now: the document, or the body of a macro or block being captured.</summary>
    public JinjaWriter Output { get; set; }

    /// <summary>The rendered text itself.</summary>
    public JinjaWriter Document { get; }

    public bool Autoescape { get; set; }

    /// <summary>[start, end) of each generation block, in code points.</summary>
    public List<(int Start, int End)> Spans { get; } = [];

    /// <summary>The line being evaluated, for messages.</summary>
    public int Line { get; set; }

    /// <summary>Draws made by the filter <c>random</c> so far: the n-th is the same at every rendering.</summary>
    public int Draws { get; set; }

    public JinjaWriter Write() => new(Budget);
}
