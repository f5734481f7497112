using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// A tokenizer in Hugging Face's stages over UTF-8: added tokens are split off, each stretch between them is normalized,
/// pre-tokenized and encoded by byte-pair merges or a Unigram model, special tokens are put around the whole; the decoder goes back. Ids,
/// offsets and text equal those of the <c>tokenizers</c> library. Safe to use from many threads.
/// Left out, and refused when a file asks for it: WordPiece and WordLevel models, dropout, subword prefixes and
/// suffixes, pairs of sequences, truncation and padding (kept in the file, not applied).
/// </summary>
public sealed class Tokenizer
{
    private readonly Normalizer? _normalizer;
    private readonly PreTokenizer _preTokenizer;
    private readonly TokenModel _model;
    private readonly PostProcessor _postProcessor;
    private readonly Decoder? _decoder;
    private readonly AddedTokenSplitter _raw;
    private readonly AddedTokenSplitter _normalized;
    private readonly string?[] _tokens;
    private readonly string?[] _spellings;
    private readonly byte[]?[] _bytes;
    private readonly bool[] _special;
    private readonly Dictionary<string, int> _added = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<TokenModel.Scratch> _scratch = [];

    internal Tokenizer(TokenizerFile file)
    {
        File = file;
        (_normalizer, _preTokenizer, _postProcessor, _decoder) = (file.Normalizer, file.PreTokenizer, file.PostProcessor, file.Decoder);
        _model = file.Vocabulary.Model(_preTokenizer.IsByteLevel);
        var largest = -1;
        foreach (var id in file.Vocabulary.Ids.Values) largest = Math.Max(largest, id);
        foreach (var token in file.AddedTokens) largest = Math.Max(largest, token.Id);
        _tokens = new string?[largest + 1];
        _special = new bool[largest + 1];
        foreach (var (token, id) in file.Vocabulary.Ids) _tokens[id] = token;
        foreach (var token in file.AddedTokens)
        {
            _tokens[token.Id] = token.Content;
            _special[token.Id] |= token.Special;
            _added[token.Content] = token.Id;
        }

        _raw = new(file.AddedTokens.Where(token => !token.Normalized).Select(token => (token, Encoding.UTF8.GetBytes(token.Content))));
        _normalized = new(file.AddedTokens.Where(token => token.Normalized).Select(token => (token, Normalize(token.Content))));

        // The reference library decodes a normalized token to its normalized form.
        _spellings = [.. _tokens];
        foreach (var token in file.AddedTokens)
            if (token.Normalized) _spellings[token.Id] = Encoding.UTF8.GetString(Normalize(token.Content));
        _bytes = _decoder is Decoder.ByteLevel ? Array.ConvertAll(_spellings, token => token is null ? null : Decoder.ByteLevel.Bytes(token)) : [];
    }

    /// <summary>One more than the largest id: the number of rows an embedding needs at least.</summary>
    public int VocabularySize => _tokens.Length;

    /// <summary>The added tokens, by id.</summary>
    public IReadOnlyList<AddedToken> AddedTokens => File.AddedTokens;

    internal TokenizerFile File { get; }

    /// <summary>Put before a text where special tokens are asked for.</summary>
    internal IReadOnlyList<int> BeginIds => _postProcessor.Before;

    /// <summary>Put behind it.</summary>
    internal IReadOnlyList<int> EndIds => _postProcessor.After;

    /// <summary>The token that stands for what cannot be written; -1 where there is none, and writing it is an error.</summary>
    internal int UnknownId => File.Vocabulary.UnknownToken is { } unknown ? File.Vocabulary.Ids[unknown] : -1;

    /// <summary>Whether decoding is joining the tokens' bytes.</summary>
    internal bool DecodesBytes => _decoder is Decoder.ByteLevel;

    /// <summary>
    /// Reads a tokenizer.json, a tokenizer.model (SentencePiece) or a vocabulary of tiktoken; of a folder the first of these that is
    /// there. Beside the latter two, tokenizer_config.json says which tokens were added.
    /// </summary>
    public static Tokenizer Load(string path) => Directory.Exists(path) ? TokenizerFolder.Load(path, out _) : TokenizerFolder.LoadFile(path);

    /// <summary>Reads the text of a tokenizer.json; the file name is for errors.</summary>
    public static Tokenizer FromJson(ReadOnlyMemory<byte> json, string? file = null) => new(TokenizerFile.Parse(json, file));

    /// <inheritdoc cref="FromJson(ReadOnlyMemory{byte}, string?)"/>
    public static Tokenizer FromJson(string json, string? file = null) => FromJson(Encoding.UTF8.GetBytes(json), file);

    /// <summary>A byte-level tokenizer from the parts that a GGUF file keeps.</summary>
    /// <param name="tokens">Spellings by id: byte letters, and the plain text of control and user-defined tokens.</param>
    /// <param name="merges">"left right", by rank.</param>
    /// <param name="tokenTypes">1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte; empty if all are normal.</param>
    /// <param name="preTokenizer">Name of the pre-tokenizer; one that is not known is refused.</param>
    /// <param name="beginId">Token to put before a text when special tokens are asked for; -1 for none.</param>
    /// <param name="endId">Token to put after it; -1 for none.</param>
    /// <param name="file">For errors.</param>
    public static Tokenizer FromVocabulary(
        IReadOnlyList<string> tokens, IReadOnlyList<string> merges, IReadOnlyList<int> tokenTypes, string preTokenizer,
        int beginId = -1, int endId = -1, string? file = null)
    {
        if (tokenTypes.Count != 0 && tokenTypes.Count != tokens.Count)
            throw new UserError($"There are {tokens.Count} tokens and {tokenTypes.Count} types.", file, field: "tokenizer.ggml.token_type");
        var ids = new Dictionary<string, int>(tokens.Count, StringComparer.Ordinal);
        var added = new List<AddedToken>();
        for (var id = 0; id < tokens.Count; id++)
        {
            if (!ids.TryAdd(tokens[id], id)) throw new UserError($"\"{tokens[id]}\" stands here twice.", file, field: $"tokenizer.ggml.tokens[{id}]");
            var type = tokenTypes.Count == 0 ? 1 : tokenTypes[id];
            if (type is 3 or 4 && tokens[id].Length > 0) added.Add(new AddedToken(id, tokens[id], Special: type == 3));
        }

        var pairs = new List<(string, string)>(merges.Count);
        for (var rank = 0; rank < merges.Count; rank++)
        {
            var parts = merges[rank].Split(' ');
            pairs.Add(parts.Length == 2 ? (parts[0], parts[1]) : throw new UserError("A merge is two tokens.", file, field: $"tokenizer.ggml.merges[{rank}]"));
        }

        var vocabulary = new BpeVocabulary { Ids = ids, Merges = pairs, IgnoresMerges = TokenizerPresets.IgnoresMerges(preTokenizer) };
        return new Tokenizer(new TokenizerFile(vocabulary, added, TokenizerPresets.Stages(preTokenizer, Named(beginId), Named(endId), file), file));

        (string, int)? Named(int id) => id < 0 ? null : id < tokens.Count ? (tokens[id], id)
            : throw new UserError($"No token has the id {id}.", file, field: "tokenizer.ggml.bos_token_id");
    }

    /// <summary>Writes a tokenizer.json; the same tokenizer gives the same bytes.</summary>
    public void Save(string path) => System.IO.File.WriteAllBytes(path, ToJson());

    /// <summary>The bytes of a tokenizer.json.</summary>
    public byte[] ToJson() => File.Write();

    /// <summary>The id of a token as it is spelled in the vocabulary, or -1.</summary>
    public int TokenToId(string token) =>
        _added.TryGetValue(token, out var id) || File.Vocabulary.Ids.TryGetValue(token, out id) ? id : -1;

    /// <summary>The spelling of a token, or null if no token has that id.</summary>
    public string? IdToToken(int id) => (uint)id < (uint)_tokens.Length ? _tokens[id] : null;

    /// <summary>Whether a token is left out when decoding with special tokens skipped.</summary>
    public bool IsSpecial(int id) => (uint)id < (uint)_special.Length && _special[id];

    /// <summary>Whether a token was added to the vocabulary: it is found in a text before that is cut.</summary>
    internal bool IsAdded(int id) => IdToToken(id) is { } token && _added.TryGetValue(token, out var known) && known == id;

    /// <summary>The ids of a text.</summary>
    /// <param name="text">The text; a lone surrogate counts as U+FFFD.</param>
    /// <param name="addSpecialTokens">Puts the post-processor's special tokens (begin of text) around it.</param>
    /// <param name="parseSpecial">False takes special tokens that stand in the text as plain text: for text from outside.</param>
    public int[] Encode(string text, bool addSpecialTokens = false, bool parseSpecial = true) =>
        Encode(Encoding.UTF8.GetBytes(text), addSpecialTokens, parseSpecial, tracked: null);

    /// <summary>The ids of a text in UTF-8; malformed bytes are kept by byte-level tokenizers.</summary>
    public int[] Encode(ReadOnlySpan<byte> utf8, bool addSpecialTokens = false, bool parseSpecial = true) =>
        Encode(utf8.ToArray(), addSpecialTokens, parseSpecial, tracked: null);

    /// <summary>The ids of a text, and for each the code points [start, end) it came from; (0, 0) for those put around it.</summary>
    public (int[] Ids, (int Start, int End)[] Offsets) EncodeWithOffsets(string text, bool addSpecialTokens = false, bool parseSpecial = true)
    {
        var offsets = new List<(int, int)>();
        var ids = Encode(Encoding.UTF8.GetBytes(text), addSpecialTokens, parseSpecial, offsets);
        return (ids, offsets.ToArray());
    }

    /// <summary>The text of ids; ids without a token are passed over. What is not UTF-8 becomes U+FFFD.</summary>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial = true)
    {
        if (DecodesBytes)
        {
            var bytes = new List<byte>(ids.Length * 4);
            foreach (var id in ids)
                if (!skipSpecial || !IsSpecial(id)) bytes.AddRange(BytesOf(id));
            return Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(bytes));
        }

        var tokens = new List<string>(ids.Length);
        foreach (var id in ids)
            if ((uint)id < (uint)_spellings.Length && _spellings[id] is { } token && (!skipSpecial || !IsSpecial(id))) tokens.Add(token);
        return _decoder is null ? string.Join(' ', tokens) : string.Concat(_decoder.Apply(tokens));
    }

    /// <summary>A decoder that takes one token at a time.</summary>
    public StreamingDecoder StreamDecoder(bool skipSpecial = true) => new(this, skipSpecial);

    internal ReadOnlySpan<byte> BytesOf(int id) => (uint)id < (uint)_bytes.Length ? _bytes[id] : default;

    private byte[] Normalize(string content)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        return _normalizer is null ? bytes : _normalizer.Apply(new AlignedText(bytes, tracksOffsets: false, File.Path), 0, bytes.Length).Bytes.ToArray();
    }

    /// <summary>Calls back with every stretch between added tokens, cut into the pieces the model sees.</summary>
    internal void VisitPieces(byte[] utf8, bool parseSpecial, bool tracksOffsets, Action<AlignedText, int, int, AddedToken?> visit)
    {
        var text = new AlignedText(utf8, tracksOffsets || _preTokenizer.NeedsOffsets, File.Path);
        var outer = new List<AddedTokenSplitter.Segment>();
        var inner = new List<AddedTokenSplitter.Segment>();
        var pieces = new List<Piece>();
        _raw.Split(text.Bytes, 0, text.Length, parseSpecial, outer);
        foreach (var segment in outer)
        {
            if (segment.Token is not null)
            {
                visit(text, segment.Start, segment.End, segment.Token);
                continue;
            }

            var stretch = _normalizer?.Apply(text, segment.Start, segment.End);
            inner.Clear();
            if (stretch is null) _normalized.Split((stretch = text).Bytes, segment.Start, segment.End, parseSpecial, inner);
            else _normalized.Split(stretch.Bytes, 0, stretch.Length, parseSpecial, inner);
            foreach (var part in inner)
            {
                if (part.Token is not null)
                {
                    visit(stretch, part.Start, part.End, part.Token);
                    continue;
                }

                var shaped = _preTokenizer.Apply(stretch, part.Start, part.End, pieces);
                foreach (var piece in pieces) visit(shaped, piece.Start, piece.End, null);
            }
        }
    }

    private int[] Encode(byte[] utf8, bool addSpecialTokens, bool parseSpecial, List<(int Start, int End)>? tracked)
    {
        if (!_scratch.TryTake(out var scratch)) scratch = new TokenModel.Scratch();
        var (ids, spans) = (scratch.Ids, scratch.Spans);
        ids.Clear();
        if (addSpecialTokens)
        {
            ids.AddRange(_postProcessor.Before);
            tracked?.AddRange(new (int, int)[ids.Count]);
        }

        var first = ids.Count;
        VisitPieces(utf8, parseSpecial, tracked is not null, (text, start, end, token) =>
        {
            if (token is not null)
            {
                ids.Add(token.Id);
                if (tracked is null) return;
                var (leading, trailing) = PostProcessor.CountSpaces(Encoding.UTF8.GetString(text.Bytes[start..end]));
                tracked.Add(_postProcessor.Trim(ids.Count - 1 == first, (text.Start(start), text.End(end - 1)), leading, trailing));
                return;
            }

            spans.Clear();
            _model.Encode(text.Bytes[start..end], scratch, tracked is not null);
            if (tracked is null) return;
            for (var i = 0; i < spans.Count; i++)
            {
                var index = ids.Count - spans.Count + i;
                var (leading, trailing) = PostProcessor.CountSpaces(_tokens[ids[index]]!);
                tracked.Add(_postProcessor.Trim(index == first, (text.Start(start + spans[i].Start), text.End(start + spans[i].End - 1)), leading, trailing));
            }
        });
        if (addSpecialTokens)
        {
            ids.AddRange(_postProcessor.After);
            tracked?.AddRange(new (int, int)[_postProcessor.After.Count]);
        }

        var result = ids.ToArray();
        _scratch.Add(scratch);
        return result;
    }
}
