using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Deliberate.Server;

/// <summary>Keys of data protection that are never written down: ASP.NET Core makes some at its start whether they are used or not.</summary>
internal sealed class MemoryKeys : IXmlRepository
{
    private readonly List<XElement> _keys = [];

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        lock (_keys) return [.. _keys];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        lock (_keys) _keys.Add(element);
    }
}
