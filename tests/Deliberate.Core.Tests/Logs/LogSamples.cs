namespace Deliberate.Core.Tests;

/// <summary>Records for tests: of number i the id <c>id-i</c>.</summary>
internal static class LogSamples
{
    public static int Append(LogWriter log, int number, string text = "a thought, ein Gedanke, 思考") => log.Append("sample", $"id-{number}", json =>
    {
        json.WriteNumber("number", number);
        json.WriteString("text", text);
    });

    /// <summary>A log of a head and so many records.</summary>
    public static void Write(string path, int count)
    {
        using var log = LogWriter.Create(path, _ => { });
        for (var i = 0; i < count; i++) Append(log, i);
    }
}
