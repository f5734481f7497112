using System.Text;

namespace Deliberate.Models;

/// <summary>
/// Decodes token by token and never shows half a character: what all tokens so far decode to, less what was shown, once it
/// does not end in U+FFFD. Byte-level tokenizers keep the bytes of the unfinished character; the others decode anew from the
/// last token that was shown whole, which gives the same text because their decoders look no further back.
/// </summary>
public sealed class StreamingDecoder
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecial;
    private readonly List<byte> _bytes = [];
    private readonly List<int> _ids = [];
    private int _shown;

    internal StreamingDecoder(Tokenizer tokenizer, bool skipSpecial) => (_tokenizer, _skipSpecial) = (tokenizer, skipSpecial);

    /// <summary>Takes the next token and returns the text it makes visible, which may be empty.</summary>
    public string Push(int id)
    {
        if (_skipSpecial && _tokenizer.IsSpecial(id)) return "";
        if (_tokenizer.DecodesBytes)
        {
            _bytes.AddRange(_tokenizer.BytesOf(id));
            var pending = Pending();
            if (pending.EndsWith('\uFFFD')) return "";
            _bytes.Clear();
            return pending;
        }

        if (_tokenizer.IdToToken(id) is not { } token) return "";
        _ids.Add(id);
        var text = Whole();
        if (text.EndsWith('\uFFFD') || text.Length < _shown) return "";
        var gained = text[_shown..];
        _shown = text.Length;
        if (gained.Length > 0 && Decoder.ByteFallback.Byte(token) < 0)
        {
            _ids.RemoveRange(0, _ids.Count - 1);
            _shown = Whole().Length;
        }

        return gained;
    }

    /// <summary>Ends the stream: what has not been shown, an unfinished character as U+FFFD. The decoder is then as new.</summary>
    public string Finish()
    {
        var rest = Pending();
        if (!_tokenizer.DecodesBytes)
        {
            var text = Whole();
            rest = text.Length > _shown ? text[_shown..] : "";
        }

        _bytes.Clear();
        _ids.Clear();
        _shown = 0;
        return rest;
    }

    private string Pending() => Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_bytes));

    private string Whole() => _tokenizer.Decode(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_ids), skipSpecial: false);
}
