using Deliberate.Models;

namespace Deliberate.Training;

/// <summary>Looks for strings that end a sample, wherever they come: whoever asks for token ids knows of no thought.</summary>
internal sealed class StopReader : ITokenReader
{
    private readonly StreamingDecoder? _decoder;
    private readonly StopStrings _stops;

    public StopReader(Tokenizer tokenizer, IReadOnlyList<string> stops)
    {
        _stops = new StopStrings(stops, static _ => { });
        _decoder = stops.Count == 0 ? null : tokenizer.StreamDecoder(skipSpecial: false);
    }

    public bool IsOver => _stops.Found;

    public int ThinkingTokens => 0;

    public void Push(int token)
    {
        if (_decoder is not null) _stops.Push(_decoder.Push(token));
    }

    public void Finish()
    {
        if (_decoder is not null) _stops.Push(_decoder.Finish());
    }
}
